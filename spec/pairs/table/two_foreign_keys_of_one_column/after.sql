CREATE TABLE kind (id integer PRIMARY KEY);
CREATE TABLE thing (
    kind_id integer REFERENCES kind (id) ON DELETE CASCADE,
    CONSTRAINT fk_thing_kind FOREIGN KEY (kind_id) REFERENCES kind (id)
);
