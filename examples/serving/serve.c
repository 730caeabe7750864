/* Serves in C what train.cc exported: serve FOLDER. It needs the library lacuna_predictor alone. */
#include <lacuna/serving/predictor_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 13 };

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, lacuna_last_error());
  return 1;
}

int main(int count, char** arguments) {
  char path[4096], rows_path[4096];
  if (count != 2) return fprintf(stderr, "serve FOLDER\n"), 2;
  snprintf(path, sizeof path, "%s/model.lacuna", arguments[1]);
  snprintf(rows_path, sizeof rows_path, "%s/rows.txt", arguments[1]);

  if (lacuna_predictor_load("/nowhere", 0) != NULL) return 1;
  printf("as it should: %s\n", lacuna_last_error());

  lacuna_predictor* model = lacuna_predictor_load(path, 0);
  if (model == NULL) return failed("load");
  printf("input '%s' of %lld columns, output '%s'\n", lacuna_predictor_input_name(model, 0),
         (long long)lacuna_predictor_input_width(model, 0), lacuna_predictor_output_name(model, 0));

  FILE* rows = fopen(rows_path, "r");
  if (rows == NULL) return 1;
  int row = 0, differ = 0;
  float expected;
  while (fscanf(rows, "%a", &expected) == 1) {
    int32_t columns[FIELDS], indptr[2] = {0, FIELDS};
    for (int f = 0; f < FIELDS; ++f)
      if (fscanf(rows, "%d", &columns[f]) != 1) return 1;
    lacuna_input input = {0};
    input.type = LACUNA_FLOAT32; /* No values: all are 1. */
    input.count = FIELDS;
    input.index_type = LACUNA_INT32;
    input.indices = columns;
    input.indptr = indptr;
    float probability;
    float* outputs[] = {&probability};
    if (lacuna_predict(model, 1, &input, 1, outputs, 1) != 0) return failed("predict");
    differ += memcmp(&probability, &expected, sizeof probability) != 0;
    /* A new model may take the place of the old one at any time. */
    if (++row == 50 && lacuna_predictor_swap(model, path, 0) != 0) return failed("swap");
  }
  fclose(rows);
  printf("%d rows, %d with other bits than predict\n", row, differ);
  lacuna_predictor_free(model);
  return row == 100 && differ == 0 ? 0 : 1;
}
