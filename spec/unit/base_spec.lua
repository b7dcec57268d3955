local base = require("moonshift_core").base

describe("str_nearest", function()
  it("finds the word that was meant", function()
    assert.equal("nullable", base.nearest("nulable", "name", "nullable", "unique"))
    assert.equal("create_table", base.nearest("craete_table", "create_index", "create_table"))
  end)

  it("takes the first word that begins so", function()
    assert.equal("history", base.nearest("hist", "test", "list", "history", "historian"))
    assert.is_nil(base.nearest("h", "history"))
    assert.equal("table", base.nearest("tables", "table", "tablespace"))
  end)

  it("is silent when nothing is near", function()
    assert.is_nil(base.nearest("zebra", "name", "nullable"))
    assert.is_nil(base.nearest("x"))
  end)
end)

describe("str_int", function()
  it("takes whole decimal numbers only", function()
    assert.equal(42, base.int("42"))
    assert.equal(-1, base.int("-1"))
    for _, text in ipairs { "", "-", "4x", " 4", "99999999999999999999", "0x10" } do
      assert.is_nil(base.int(text), text)
    end
  end)
end)

describe("str_split", function()
  it("gives every piece, empty ones too", function()
    assert.same({ "a", "", "b" }, base.split("a,,b", ","))
    assert.same({ "a" }, base.split("a", ","))
  end)
end)
