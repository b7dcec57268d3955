#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_text(const char *path, str *out, struct arena *a, struct err *e)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (!f)
        return err_set(e, ERR_FAILED, "cannot read '%s': %s", path, strerror(errno));
    if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
        fclose(f);
        return err_set(e, ERR_FAILED, "cannot read '%s': it is a directory", path);
    }
    struct buf b = buf_in(a);
    char piece[8192];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_str(&b, (str){piece, n});
    bool failed = ferror(f) != 0;
    int why = errno;
    fclose(f);
    if (failed)
        return err_set(e, ERR_FAILED, "cannot read '%s': %s", path, strerror(why));
    *out = buf_done(&b);
    return true;
}

static bool write_whole(const char *path, const char *mode, str text)
{
    FILE *f = fopen(path, mode);
    bool ok = f && fwrite(text.p, 1, text.n, f) == text.n;
    int why = errno;
    if (f && fclose(f) != 0 && ok)
        return false;
    errno = why;
    return ok;
}

bool file_replace(const char *path, str text, struct arena *a, struct err *e)
{
    str target = file_absolute(path, a);
    str temporary = str_fmt(a, "%.*s.%ld", STR_ARG(target), (long)getpid());
    struct stat st;
    bool there = stat(path, &st) == 0, ok;
    if (there && !S_ISREG(st.st_mode)) {
        ok = write_whole(path, "wb", text);
    } else {
        bool made = write_whole(temporary.p, "wbx", text);
        ok = made && (!there || chmod(temporary.p, st.st_mode & 07777) == 0) &&
             rename(temporary.p, target.p) == 0;
    }
    int why = errno;
    if (!ok && why != EEXIST)
        unlink(temporary.p);
    return ok ||
           err_set(e, ERR_FAILED, "'%s' cannot be written: %s", path, strerror(why));
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_list(const char *path, str suffix, str **out, size_t *n, struct arena *a,
               struct err *e)
{
    DIR *dir = opendir(path);
    if (!dir)
        return err_set(e, ERR_FAILED, "cannot read directory '%s': %s", path,
                       strerror(errno));
    str *names = NULL;
    size_t count = 0, room = 0;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(dir))) {
        str name = str_of(entry->d_name);
        if (name.p[0] != '.' && str_ends(name, suffix))
            *PUSH(a, names, count, room) = str_copy(a, name);
    }
    int why = errno; /* a list that ends too early would be taken for all there is */
    closedir(dir);
    if (why)
        return err_set(e, ERR_FAILED, "cannot read directory '%s': %s", path,
                       strerror(why));
    str_sort(names, count);
    *out = names;
    *n = count;
    return true;
}

str file_absolute(const char *path, struct arena *a)
{
    char *resolved = realpath(path, NULL);
    str result = str_copy(a, str_of(resolved ? resolved : path));
    free(resolved);
    return result;
}

str file_directory(str path)
{
    size_t slash = str_rfind(path, '/');
    return slash < path.n ? str_cut(path, 0, slash + 1) : STR("");
}

str file_join(str directory, str path, struct arena *a)
{
    if (str_starts(path, STR("/")))
        return str_copy(a, path);
    return str_fmt(a, "%.*s%.*s", STR_ARG(directory), STR_ARG(path));
}
