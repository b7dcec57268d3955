#include "app/config.h"

/* Rows of config.def: the type column is a name, or WORD("a|b"). */
#define TEXT CONFIG_TYPE_TEXT, NULL
#define URL CONFIG_TYPE_URL, NULL
#define PATH CONFIG_TYPE_PATH, NULL
#define TIME CONFIG_TYPE_TIME, NULL
#define INT CONFIG_TYPE_INT, NULL
#define BOOL CONFIG_TYPE_BOOL, NULL
#define LIST CONFIG_TYPE_LIST, NULL
#define TABLE CONFIG_TYPE_TABLE, NULL
#define WORD(words) CONFIG_TYPE_WORD, words
const struct config_info config_infos[N_CONFIG_KEYS] = {
#define KEY(name, type, otherwise, help) {#name, type, otherwise, help},
#include "app/config.def"
#undef KEY
};
