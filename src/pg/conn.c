typedef int pg_has_no_code_yet;
