/* Predictor for C, and for languages that call C: see predictor.h. All functions may be called by any number
   of threads at a time, but for lacuna_predictor_free. What fails tells why by lacuna_last_error. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LACUNA_C_EXPORT __attribute__((visibility("default")))
#else
#define LACUNA_C_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lacuna_predictor lacuna_predictor;

/* The message of this thread's last call that failed; "" before. Valid until its next call that fails. */
LACUNA_C_EXPORT const char* lacuna_last_error(void);

enum {
  LACUNA_UNCHECKED = 1, /* Does not compare the file with its seal, which would read it once. */
  LACUNA_COPIED = 2     /* Copies the file to memory in place of mapping it. */
};
/* A model from a file that export wrote, or NULL. flags: 0, or a sum of those above. */
LACUNA_C_EXPORT lacuna_predictor* lacuna_predictor_load(const char* path, int flags);
/* Takes the place of the model by another one, which must have as many inputs and outputs, of the same
   shapes. Calls that run meanwhile go on with the old one. Returns 0, or -1: then the old one stays. */
LACUNA_C_EXPORT int lacuna_predictor_swap(lacuna_predictor* predictor, const char* path, int flags);
/* No call may run. NULL is ignored. */
LACUNA_C_EXPORT void lacuna_predictor_free(lacuna_predictor* predictor);

enum { LACUNA_TAKES_NUMBERS, LACUNA_TAKES_IDS, LACUNA_TAKES_TEXTS, LACUNA_TAKES_CSR };
LACUNA_C_EXPORT size_t lacuna_predictor_inputs(const lacuna_predictor* predictor);
/* NULL, or -1, where there is no such input. A name is valid as long as the predictor. */
LACUNA_C_EXPORT const char* lacuna_predictor_input_name(const lacuna_predictor* predictor, size_t input);
LACUNA_C_EXPORT int lacuna_predictor_input_takes(const lacuna_predictor* predictor, size_t input);
/* Values of a row, or columns of csr; -1 if that is open. */
LACUNA_C_EXPORT int64_t lacuna_predictor_input_width(const lacuna_predictor* predictor, size_t input);
LACUNA_C_EXPORT size_t lacuna_predictor_outputs(const lacuna_predictor* predictor);
LACUNA_C_EXPORT const char* lacuna_predictor_output_name(const lacuna_predictor* predictor, size_t output);
LACUNA_C_EXPORT int64_t lacuna_predictor_output_width(const lacuna_predictor* predictor, size_t output);

enum { LACUNA_FLOAT32, LACUNA_FLOAT64, LACUNA_INT32, LACUNA_INT64, LACUNA_STRING };

/* A text of UTF-8. */
typedef struct {
  const char* bytes;
  size_t length;
} lacuna_text;

/* The rows of one input; all zero but for what is needed. Of csr, indices and indptr are given: row r holds
   values[k] at column indices[k] for k from indptr[r] up to indptr[r + 1]. */
typedef struct {
  int type;           /* Of the values: LACUNA_FLOAT32, … */
  const void* values; /* Row by row; texts are lacuna_text. NULL for csr: all are 1. */
  size_t count;       /* Of the values; of csr without values, of the indices. */
  int index_type;     /* LACUNA_INT32 or LACUNA_INT64, of indices and indptr. */
  const void* indices;
  const void* indptr; /* rows + 1 of them. NULL: not csr. */
} lacuna_input;

/* Writes rows x width values to each of the outputs. Returns 0, or -1. */
LACUNA_C_EXPORT int lacuna_predict(const lacuna_predictor* predictor, size_t rows, const lacuna_input* inputs,
                                   size_t num_inputs, float* const* outputs, size_t num_outputs);

#ifdef __cplusplus
}
#endif
