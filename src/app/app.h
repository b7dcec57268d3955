/* The program: command line -> row -> needs -> run -> print the error -> exit status. */
#ifndef MOONSHIFT_APP_APP_H
#define MOONSHIFT_APP_APP_H

int app_main(int argc, char **argv);

#endif
