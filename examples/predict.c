/* Predicts one row with a model that `forest export model.bin --to c --out model.c` wrote:
 *
 *     cc -o predict predict.c && ./predict Torgersen 39.1 18.7 ...
 *
 * Arguments are the features in their order, texts of categories as they are. */
#include "model.c"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    float row[FOREST_N_FEATURES];
    int i;

    if (argc != FOREST_N_FEATURES + 1) {
        fprintf(stderr, "give the %d features:", FOREST_N_FEATURES);
        for (i = 0; i < FOREST_N_FEATURES; i++)
            fprintf(stderr, " %s (%s)", forest_feature_names[i], forest_feature_kinds[i]);
        fprintf(stderr, "\n");
        return 2;
    }
    for (i = 0; i < FOREST_N_FEATURES; i++) {
        const char *text = argv[i + 1];

        if (strcmp(forest_feature_kinds[i], "category") == 0)
            row[i] = forest_level(i, text);
        else
            row[i] = *text ? strtof(text, NULL) : NAN;
    }
#if FOREST_N_CLASSES > 0
    {
        static double proba[FOREST_N_CLASSES];
        const int class = forest_predict_class(row);

        forest_predict_proba(row, proba);
        printf("%s: %s (%.17g)\n", FOREST_TARGET, forest_class_names[class], proba[class]);
    }
#else
    printf("%s: %.17g\n", FOREST_TARGET, forest_predict(row));
#endif
    return 0;
}
