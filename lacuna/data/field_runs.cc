// Groups the fields.
#include "lacuna/data/field_runs.h"

namespace lacuna::data {

FieldRuns::Kind FieldRuns::kind_of(const FieldUse* use) {
  if (!use) return Kind::other;
  if (use->kind == Column::Kind::category && use->words.empty() && use->separator == '\0') return Kind::words;
  if (use->kind == Column::Kind::number && use->width > 1) return Kind::numbers;
  return Kind::other;
}

void FieldRuns::set(const FieldUses& uses, const ColumnLayout& layout) {
  if (uses == uses_) return;
  uses_ = uses;
  fields_.clear();
  runs_.clear();
  for (const FieldUse* use : uses) {
    const Kind kind = kind_of(use);
    // Of the same tensor, and each behind the one before: then nothing is to be sorted.
    const FieldUse* const before = runs_.empty() ? nullptr : fields_.back().use;
    const bool same = before && use && kind != Kind::other && runs_.back().kind == kind &&
                      use->part == before->part && use->offset == before->offset + before->width &&
                      (!layout.has_ids() || use->place == before->place + 1);
    if (!same) runs_.push_back({kind, fields_.size(), fields_.size()});
    fields_.push_back({use, use ? use->mask : 0, use ? use->offset : 0});
    runs_.back().end = fields_.size();
  }
}

}  // namespace lacuna::data
