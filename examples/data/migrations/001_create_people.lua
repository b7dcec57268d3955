message       = "people, as they came from somewhere"
revision      = "001_create_people"
down_revision = nil

-- Names in one column, addresses as they were typed, the rest in a document.
function upgrade()
  op.create_table("people", {
    { "id",      "bigint", primary_key = true },
    { "name",    "text",   nullable = false },
    { "email",   "text",   nullable = false },
    { "profile", "jsonb",  nullable = false },
  })
  op.execute([[
    insert into people
    select i,
           (array['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'])[1 + i % 5]
             || case when i % 7 = 0 then '' else ' ' || (array['Lovelace', 'Hopper', 'Turing', 'van Dijk'])[1 + i % 4] end,
           case when i % 11 = 0 then 'nobody' else '  Person.' || i || '@GoogleMail.com ' end,
           case when i % 3 = 0 then jsonb_build_object('city', 'City ' || i % 100)
                when i % 3 = 1 then jsonb_build_object('city', null, 'tags', jsonb_build_array('a', i), 'age', i % 90)
                else jsonb_build_object('tags', jsonb_build_array()) end
      from generate_series(1, $1::bigint) i
  ]], ctx.x.rows or "1000000")
end

function downgrade()
  op.drop_table("people")
end
