/* The script layer starts here. */
typedef int script_has_no_code_yet;
