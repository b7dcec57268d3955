-- Columns: version, state.
SELECT version::text, 'applied' FROM {table} ORDER BY version
