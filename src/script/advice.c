#include "script/advice.h"

/* The first row whose parts are found, in the message and in the line, is the one. */
static const struct {
    const char *message, *line, *hint;
} slips[] = {
    {"near", "<<<<<<<", "a conflict of a merge is not resolved here"},
    {"near", "=======", "a conflict of a merge is not resolved here"},
    {"near", ">>>>>>>", "a conflict of a merge is not resolved here"},
    {"near", "elif ", "the word is 'elseif' in Lua"},
    {"near", "def ", "a function begins with 'function upgrade()' and ends with 'end'"},
    {"near", "continue", "Lua has no 'continue': put an 'if' around the rest"},
    {"near", "\"\"\"", "a comment begins with --; text of several lines stands in [[ ]]"},
    {"near", "+=", "Lua has no '+=': n = n + 1"},
    {"near", "-=", "Lua has no '-=': n = n - 1"},
    {"near '&'", "&&", "the words are 'and', 'or' and 'not' in Lua"},
    {"near '|'", "||", "the words are 'and', 'or' and 'not' in Lua"},
    {"near '!'", NULL, "'~=' is not equal in Lua, and 'not' is a word"},
    {"near '#'", NULL, "a comment begins with -- in Lua"},
    {"near '//'", NULL, "a comment begins with -- in Lua"},
    {"'then' expected near '='", NULL, "two values are compared by '=='"},
    {"')' expected near '='", NULL,
     "options stand in a table, the last argument: { unique = true }"},
    {"')' expected near '{'", NULL, "is a comma missing between two arguments?"},
    {"')' expected", "\"",
     "is a comma or a ')' missing? A text with quotes in it stands in [[ ]] or in '...'"},
    {"'}' expected", NULL, "is a comma missing after the item before this?"},
    {"<eof> expected near 'end'", NULL,
     "there is an 'end' too many: does 'function' stand before upgrade()?"},
    {"'end' expected", NULL, "every function, if and for needs an 'end' of its own"},
    {"unfinished string", NULL,
     "a text in quotes ends on its line; [[ ]] holds several lines"},
    {"malformed number", NULL, "a text stands in quotes: \"001_create_users\""},
    {"invalid escape sequence", NULL,
     "a backslash is written \\\\ in quotes; [[ ]] takes text as it stands"},
    {"attempt to concatenate a nil value", NULL,
     "nil is nothing, or the NULL of a row: (value or \"\"); a value in SQL is a "
     "parameter: op.execute(\"... $1\", value)"},
    {"index a nil value (field 'integer index')", NULL,
     "lists begin with 1, and behind their end is nil"},
    {"attempt to index a nil value", NULL,
     "nil is nothing: db.one gives it when there is no row"},
    {"attempt to add a 'string'", NULL, "texts are joined by '..' in Lua"},
    {"attempt to perform arithmetic on a string", NULL,
     "texts are joined by '..' in Lua"},
    {"(for iterator", NULL,
     "a list is walked by: for _, item in ipairs(list) do ... end"},
    {"attempt to call a nil value", NULL,
     "no function has this name here: a 'local function' stands above its use"},
    {"attempt to compare", NULL,
     "numeric, dates and other types come from the database as text: tonumber(value)"},
};

/* Words of other languages. */
static const struct {
    const char *name, *hint;
} words[] = {
    {"None", "'nil' is not given; op.NULL removes, db.NULL is a parameter"},
    {"null", "'nil' is not given; op.NULL removes, db.NULL is a parameter"},
    {"NULL", "'nil' is not given; op.NULL removes, db.NULL is a parameter"},
    {"undefined", "'nil' is not given; op.NULL removes, db.NULL is a parameter"},
    {"True", "the word is 'true' in Lua"},
    {"TRUE", "the word is 'true' in Lua"},
    {"False", "the word is 'false' in Lua"},
    {"FALSE", "the word is 'false' in Lua"},
    {"sa", "a type is PostgreSQL's own text: \"varchar(20)\""},
    {"postgresql", "a type is PostgreSQL's own text: \"jsonb\""},
};

static bool holds(str s, const char *part)
{
    return !part || str_index(s, str_of(part)) < s.n;
}

str advice_for(str message, str line)
{
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (holds(message, slips[i].message) && holds(line, slips[i].line))
            return str_of(slips[i].hint);
    return STR_NONE;
}

str advice_for_name(str name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(name, words[i].name))
            return str_of(words[i].hint);
    return STR("a name or a text stands in quotes; a variable is declared above its use: "
               "local x = ...");
}

str advice_form(const char *what, const struct shape *shape, struct arena *a)
{
    struct buf b = buf_in(a);
    const struct field *items = NULL;
    bool options = false, must = false, rest = false;
    const char *comma = "";
    buf_fmt(&b, "%s(", what);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        switch (field->place) {
        case PLACE_ARG:
        case PLACE_ARG_NIL:
        case PLACE_ARG_MAY:
            buf_fmt(&b, field->place == PLACE_ARG_MAY ? "%s[%.*s]" : "%s%.*s", comma,
                    STR_ARG(key_word(field->key)));
            comma = ", ";
            break;
        case PLACE_ITEMS:
            items = field;
            break;
        case PLACE_REST:
            rest = true;
            break;
        default:
            options = true;
            must |= field->place == PLACE_OPT_MUST;
        }
    }
    if (items)
        buf_fmt(&b, "%s{ %.*s%s }", comma, STR_ARG(key_word(items->key)),
                options ? ", options" : "");
    else if (options)
        buf_fmt(&b, must ? "%s{ options }" : "%s[{ options }]", comma);
    if (rest)
        buf_fmt(&b, "%s...", items || options || *comma ? ", " : "");
    buf_char(&b, ')');
    return buf_done(&b);
}
