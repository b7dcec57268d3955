-- Identifiers: every form that names revisions, and what is said when it names none.
local revisions = require "spec.support.revisions"

local FAILED, USAGE, REVISION, DECISION = 1, 2, 6, 7

-- trunk1 - trunk2 -+- shop3 - shop4 - shop5          #shop
--                  +- team3 - team4                  #team
-- geo1 - geo2                                        #geo, needed by team4
local g = assert(revisions.build [[
  trunk1
  trunk2 <- trunk1
  shop3 <- trunk2 #shop
  shop4 <- shop3
  shop5 <- shop4
  team3 <- trunk2 #team
  team4 <- team3 +geo2
  geo1 #geo
  geo2 <- geo1
]])

local function resolved(text, current, single)
  local list, e = g:resolve(text, current, single)
  assert(list, text .. ": " .. (e and e.message or ""))
  return revisions.sorted(list)
end

local function refused(kind, message, list, e)
  assert.is_nil(list)
  assert.equal(message, e.message)
  assert.equal(kind, e.kind)
  return e.hint
end

local function many(argument)
  return "Multiple head revisions are present for given argument '" .. argument .. "'; please specify a "
    .. "specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads"
end

describe("an identifier", function()
  it("is an id, a label, or the start of one with four characters or more", function()
    assert.equal("shop4", resolved "shop4")
    assert.equal("shop3", resolved "shop")
    assert.equal("trunk1", resolved "trunk1")
    assert.equal("geo1", resolved "geo1")
    local ids = assert(revisions.build "ae1027a6acf\nae10ffffffff\nb0" )
    assert.equal("ae1027a6acf", ids:find "ae102")
    assert.equal("b0", ids:find "b0")
    local labels = assert(revisions.build "001 #longlabel")
    assert.equal("001", labels:find "longl")
  end)

  it("prefers the exact name to a longer one", function()
    local h = assert(revisions.build "1234\n12345 <- 1234")
    assert.equal("1234", h:find "1234")
  end)

  it("is not found, with the nearest name as a hint", function()
    local hint = refused(REVISION, "Can't locate revision identified by 'shop44'", g:find "shop44")
    assert.equal("did you mean 'shop4'?", hint)
    hint = refused(REVISION, "Can't locate revision identified by 'wholly_different'",
      g:find "wholly_different")
    assert.equal("moonshift history lists the revisions there are", hint)
    hint = refused(REVISION, "Can't locate revision identified by 'tru'", g:find "tru")
    assert(hint:find("at least four characters", 1, true), hint)
    assert(hint:find("did you mean 'trunk1'?", 1, true), hint)
    refused(REVISION, "Can't locate revision identified by ''", g:find "")
  end)

  it("may start several revisions, which are named", function()
    local hint = refused(REVISION,
      "Can't locate revision identified by 'trunk': multiple revisions start with it", g:find "trunk")
    assert.equal("type more of it: trunk1 (migrations/trunk1.lua), trunk2 (migrations/trunk2.lua)", hint)
  end)

  it("says what to do when there are no revisions at all", function()
    local empty = assert(revisions.build "")
    local hint = refused(REVISION, "Can't locate revision identified by 'abcd'", empty:find "abcd")
    assert(hint:find("moonshift revision -m", 1, true), hint)
  end)

  it("is a symbol", function()
    assert.equal("", resolved "base")
    assert.equal("shop5 team4", resolved "heads")
    assert.equal("shop4 team3", resolved("current", { "team3", "shop4" }))
    assert.equal("", resolved("current", {}))
    assert.equal("shop3", resolved("current-1", { "shop4" }))
    assert.equal("shop5", resolved("current+1", { "shop4" }))
    refused(REVISION, "Can't locate revision identified by 'current'", g:resolve "current")
  end)

  it("is on a branch", function()
    for text, expected in pairs {
      ["shop@head"] = "shop5", ["shop@heads"] = "shop5", ["shop@base"] = "", ["geo@head"] = "geo2",
      ["team@head"] = "team4", ["trunk1@heads"] = "shop5 team4", ["shop4@head"] = "shop5",
      ["shop@shop4"] = "shop4", ["shop@trunk1"] = "trunk1",
      ["shop@current"] = "shop4", ["team@team"] = "team3",
    } do
      assert.equal(expected, resolved(text, { "shop4", "geo1" }), text)
    end
  end)

  it("is not on its branch", function()
    local hint = refused(REVISION, "Can't locate revision identified by 'shop@team4'",
      g:resolve "shop@team4")
    assert.equal("Revision team4 is not a member of branch 'shop'", hint)
    refused(REVISION, "Can't locate revision identified by 'nowhere'", g:resolve "nowhere@head")
    refused(REVISION, "Can't locate revision identified by ''", g:resolve "@head")
    refused(REVISION, "Can't locate revision identified by ''", g:resolve "shop@")
  end)

  it("uses the branch to complete a prefix", function()
    local h = assert(revisions.build "abcd1 #x\nabcd2 #y")
    assert.same({ "abcd1" }, h:resolve "x@abcd")
    assert.same({ "abcd2" }, h:resolve "y@abcd")
  end)

  it("counts from a revision, a symbol or a branch", function()
    for text, expected in pairs {
      ["shop5-1"] = "shop4", ["shop4+1"] = "shop5", ["shop5-4"] = "trunk1", ["shop5-5"] = "",
      ["shop@head-1"] = "shop4", ["shop@head-2"] = "shop3", ["shop@trunk2+1"] = "shop3",
      ["team@trunk1+2"] = "team3", ["shop4-0"] = "shop4", ["shop4+0"] = "shop4", ["shop-1"] = "trunk2",
      ["geo@base+1"] = "geo1", ["geo@base+2"] = "geo2", ["shop@base+3"] = "shop3",
    } do
      assert.equal(expected, resolved(text), text)
    end
  end)

  it("counts from the database", function()
    assert.equal("shop5", resolved("+1", { "shop4" }))
    assert.equal("trunk2", resolved("-2", { "shop4" }))
    assert.equal("", resolved("-4", { "shop4" }))
    assert.equal("geo1", resolved("geo@+1", {}))
    assert.equal("shop3", resolved("shop@+1", { "trunk2", "geo2" }))
    assert.equal("geo1", resolved("geo@-1", { "shop3", "geo2" }))
  end)

  it("counts from the heads when there is no database", function()
    assert.equal("shop4 team3", resolved "-1")
    assert.equal("geo1", resolved "geo@-1")
  end)

  it("prefers a label that looks like a step", function()
    local h = assert(revisions.build "a1 #v-2\nb1 <- a1")
    assert.equal("a1", h:find "v-2")
    assert.same({ "a1" }, h:resolve "v-2")
    assert.same({ "b1" }, h:resolve "v-2@head")
    assert.same({ "b1" }, h:resolve "v-2+1")
  end)

  it("leads too far", function()
    local hint = refused(REVISION, "Walked too far", g:resolve "shop5+1")
    assert.equal("'shop5+1' would lie above the last revision", hint)
    hint = refused(REVISION, "Walked too far", g:resolve "shop5-6")
    assert.equal("'shop5-6' would lie below the first revision", hint)
    refused(REVISION, "Walked too far", g:resolve "shop5-99999999999999999999999999")
    refused(REVISION, "Relative revision +4 didn't produce 4 migrations", g:resolve("+4", { "shop4" }))
    refused(REVISION, "Relative revision -9 didn't produce 9 migrations", g:resolve("-9", { "shop4" }))
    refused(REVISION, "Relative revision -1 didn't produce 1 migrations", g:resolve("-1", {}))
  end)

  it("leads several ways", function()
    local hint = refused(DECISION, "Ambiguous walk", g:resolve "trunk1+2")
    assert.equal("trunk2 has several children: shop3 (migrations/shop3.lua), team3 "
      .. "(migrations/team3.lua); name the one you mean", hint)
    refused(DECISION, "Ambiguous walk", g:resolve "base+1")
    local merge = assert(revisions.build "a\nb\nm <- a b")
    hint = refused(DECISION, "Ambiguous walk", merge:resolve "m-1")
    assert(hint:find("m has several parents: a ", 1, true), hint)
  end)

  it("means several heads where one is wanted", function()
    local hint = refused(DECISION, many "head", g:resolve "head")
    assert(hint:find("moonshift merge", 1, true), hint)
    for _, id in ipairs { "shop5", "team4", "geo2" } do
      assert(hint:find(id .. " (migrations/" .. id .. ".lua)", 1, true), hint)
    end
    refused(DECISION, many "trunk1@head", g:resolve "trunk1@head")
    refused(DECISION, many "heads", g:resolve("heads", nil, true))
    refused(DECISION, many "head-1", g:resolve "head-1")
    assert.same({ "shop5" }, g:resolve("shop@heads", nil, true))
  end)

  it("is not understood when it only resembles a step", function()
    for _, text in ipairs { "+", "-", "shop5+x", "shop5-", "1+1a" } do
      refused(REVISION, "Can't locate revision identified by '" .. text .. "'", g:resolve(text, {}))
    end
  end)
end)

describe("a range", function()
  local function range(text, current)
    local list, e = g:range(text, current)
    assert(list, text .. ": " .. (e and e.message or ""))
    return table.concat(list, " ")
  end

  it("is newest first, both ends included", function()
    assert.equal("shop5 shop4 shop3", range "shop3:shop5")
    assert.equal("shop3 trunk2 trunk1", range ":shop3")
    assert.equal("shop5 shop4", range "shop4:")
    assert.equal("geo2 geo1", range ":geo2")
    assert.equal("shop4", range "shop4:shop4")
    assert.equal("shop5 shop4 shop3", range " shop3:shop@head ")
  end)

  it("without ends is everything", function()
    assert.equal(9, #revisions.words(range ":"))
    assert.equal(range ":", range "base:heads")
  end)

  it("holds what the upper end depends on", function()
    assert.equal("geo1 geo2 team3 team4 trunk1 trunk2", revisions.sorted(revisions.words(range ":team4")))
  end)

  it("keeps to a branch", function()
    assert.equal("geo2 geo1", range "geo@base:")
    assert.equal("shop5 shop4 shop3 trunk2 trunk1", range "shop@base:heads")
  end)

  it("counts down from its upper end, up from its lower one, and stops at the end", function()
    assert.equal("shop5 shop4 shop3", range "-2:shop5")
    assert.equal("shop3 trunk2 trunk1", range "-9:shop3")
    assert.equal("shop4 shop3", range "shop3:+1")
    assert.equal("shop5 shop4", range "shop4:+9")
    assert.equal("geo2 geo1", range "geo1:+1")
    assert.equal("shop4 shop5 team3 team4", revisions.sorted(revisions.words(range "-1:")))
  end)

  it("knows where the database is", function()
    assert.equal("shop4 shop3 trunk2", range("-2:current", { "shop4" }))
    assert.equal("shop5 shop4", range("current:", { "shop4" }))
    assert.equal("shop5 shop4 shop3", range("current:+2", { "shop3" }))
    assert.equal("", range(":current", {}))
    assert.equal("shop4 shop3", range("current-1:current", { "shop4" }))
    assert.equal("shop3 trunk2 trunk1", range(":current-1", { "shop4" }))
  end)

  it("must follow a line", function()
    local hint = refused(FAILED, "Requested range shop5:shop3 does not refer to ancestor/descendant "
      .. "revisions along the same branch", g:range "shop5:shop3")
    assert(hint:find("OLDER:NEWER", 1, true), hint)
    refused(FAILED, "Requested range team3:shop5 does not refer to ancestor/descendant revisions "
      .. "along the same branch", g:range "team3:shop5")
  end)

  it("has one colon", function()
    for _, text in ipairs { "shop5", "", "a:b:c" } do
      refused(USAGE, "History range requires [start]:[end], [start]:, or :[end]", g:range(text))
    end
  end)
end)
