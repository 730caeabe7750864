// The pairwise interactions of features in a factorization machine.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// The output of a factorization machine (Rendle, 2010) for each row of x (batch, n): row j of w (n, factors +
// 1) is (v_j1, …, v_jfactors, l_j), and y (batch, 1) is
//   Σ_j x_j l_j + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j,  the second as ½ Σ_f ((Σ_j x_j v_jf)² - Σ_j (x_j v_jf)²).
// x is csr or dense; w is dense, or a row_table if the ids of x have been translated to its slots (see
// translate). The gradient of w is row_sparse when x is csr.
Symbol interactions(const Symbol& x, const Symbol& w);

}  // namespace lacuna
