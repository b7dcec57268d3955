-- db.decode, db.encode, db.array: JSON inside migrations.
local script = require "spec.support.script"

local function said(lua)
  local text, err = script.body(lua)
  if not text then error(err.message, 2) end
  return (text:gsub("^info: ", ""):gsub("\n$", ""))
end

-- Text, decoded and encoded again.
local function round(text)
  return said(("log(db.encode(db.decode(%q)))"):format(text))
end

local function fails(lua, expected)
  assert.equal("3: " .. expected, script.short(script.body_error(lua)))
end

describe("JSON", function()
  it("goes to Lua and back without loss", function()
    for _, text in ipairs { "null", "true", "false", "0", "-5", "9223372036854775807", "0.1", '"a"', "[]", "{}",
      "[[],{}]", '{"a":null,"b":[1,null,"x"],"c":{"d":true}}', '"ü€😀"', '"\\n\\u0001\\"\\\\"' } do
      assert.equal(text, round(text))
    end
    assert.equal('{"a":[1,2],"b":1}', round ' { "b" : 1 , "a" : [ 1 , 2 ] } ')
    assert.equal('"/ü😀"', round [["\/\u00fc\ud83d\ude00"]])
    assert.equal("1e+300", round "1E300")
    assert.equal("[1e+20,0.30000000000000004,-9223372036854775808,0,-1.5]",
      round "[100000000000000000000, 0.30000000000000004, -9223372036854775808, 0.000, -1.50]")
  end)

  it("is tables in Lua", function()
    assert.equal("2 true x nil integer",
      said [[local t = db.decode('{"a":[1,2],"n":null,"s":"x"}')
        log(#t.a, t.n == db.NULL, t.s, t.nothing, math.type(t.a[1]))]])
    assert.equal("nil", said "log(db.decode(nil))")
    assert.equal('[] {} {"a":[]} [1]',
      said "log(db.encode(db.array()), db.encode({}), db.encode({ a = db.array {} }), db.encode { 1 })")
  end)

  it("that is none is refused with its place", function()
    fails([[db.decode("")]], "db.decode: the text is empty or ends too early at byte 1")
    fails([[db.decode("[1,")]], "db.decode: the text is empty or ends too early at byte 4")
    fails([[db.decode("[1 2]")]], "db.decode: an array wants ',' or ']' at byte 5")
    fails([[db.decode("{a:1}")]], "db.decode: an object wants a key in quotes at byte 2")
    fails([[db.decode("1 x")]], "db.decode: something follows the value at byte 3")
    fails([[db.decode('"a')]], "db.decode: a string has no end at byte 3")
    fails([[db.decode('"\\x"')]], "db.decode: unknown escape at byte 3")
    fails([[db.decode('"\\ud800"')]], "db.decode: half of a surrogate pair at byte 8")
    fails([[db.decode('"\\ud800\\ud7ff"')]], "db.decode: half of a surrogate pair at byte 14")
    fails([[db.decode('"\\ud800\\ue000"')]], "db.decode: half of a surrogate pair at byte 14")
    fails([[db.decode(("["):rep(1000))]], "db.decode: values are nested too deeply at byte 201")
    for _, number in ipairs { "12345678901234567890", "-9223372036854775809", "1e400", "0.12345678901234567890" } do
      fails(("db.decode('{\"a\": [%s]}')"):format(number),
        ("db.decode: the number %s has more digits than Lua keeps: take it out with SQL"):format(number))
    end
    fails("db.decode(5)", "db.decode takes JSON text, got the number 5")
  end)

  it("cannot be made of everything", function()
    fails("db.encode(0/0)", "db.encode: the number " .. tostring(0 / 0) .. " has no place in JSON")
    fails("db.encode(print)", "db.encode: a function has no place in JSON")
    fails("db.encode { 1, a = 2 }", "db.encode: a table has both list items and keys")
    fails("db.encode { 1, nil, 3, [9] = 1 }", "db.encode: a list has a hole at index 2")
    fails("local t = {} t.t = t db.encode(t)", "db.encode: tables are nested more than 200 deep")
    fails([[db.encode("\xff")]], "db.encode: a string is not valid UTF-8")
    fails("db.array(op)", "db.array takes a plain list")
  end)
end)
