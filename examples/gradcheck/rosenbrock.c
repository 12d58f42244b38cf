/* Rosenbrock's function and its gradient. Reads CSV (x, y, need), writes CSV (f, df_x, df_y). With an argument it forgets the
   inner derivative of y - x^2, as one does. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    (void)argv;
    int bug = argc > 1;
    char line[4096], need[64];
    double x, y;
    if (!fgets(line, sizeof line, stdin)) return 1; /* the header */
    puts("f,df_x,df_y");
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%lf,%lf,%63s", &x, &y, need) != 3) {
            fprintf(stderr, "not a row: %s", line);
            return 2;
        }
        double r = y - x * x, f = 100 * r * r + (1 - x) * (1 - x);
        if (strcmp(need, "gradient") == 0)
            printf("%.17g,%.17g,%.17g\n", f, (bug ? 200 * r : -400 * x * r) - 2 * (1 - x), 200 * r);
        else
            printf("%.17g,,\n", f);
    }
    return 0;
}
