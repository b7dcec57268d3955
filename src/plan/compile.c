typedef int plan_has_no_code_yet;
