// What is checked of rows that were read from arbitrary bytes.
#pragma once
#include "lacuna/data/dataset.h"
#include "tests/fuzz/targets.h"

namespace lacuna::fuzz {

bool same_bytes(const Buffer& a, const Buffer& b);
// That the tensors have the same bits.
void check_same(const Array& a, const Array& b);
// That all parts have the same rows, and csr is valid; ascend: that columns ascend.
void check_rows(const data::LoadedRows& rows, bool ascend);
// Options by the bits 0 and 1.
data::BadRowOptions bad_rows(uint8_t bits);

}  // namespace lacuna::fuzz
