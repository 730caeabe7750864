#include "lacuna/features/texts.h"

#include <murmurhash.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/base/utf8.h"
#include "lacuna/features/binning.h"
#include "lacuna/features/counter_parts.h"
#include "lacuna/features/prepared_texts.h"
#include "lacuna/features/workspace_parts.h"

namespace lacuna::features {
namespace {

constexpr size_t kTextsABlock = 32;

// Make ids of the tokens of one text after another, for one thread.
class BinsOfTokens {
 public:
  explicit BinsOfTokens(const Hashing& how) : binning_(how) {}
  void operator()(const Tokenizer& tokens, BlockMemory&, std::vector<int64_t>& ids) const {
    tokens.for_each([&](std::string_view token) { ids.push_back(binning_.of(token)); });
  }

 private:
  Binning binning_;
};

class PlacesOfTokens {
 public:
  explicit PlacesOfTokens(const Places& places) : places_(places) {}
  void operator()(const Tokenizer& tokens, BlockMemory& memory, std::vector<int64_t>& ids) const {
    auto& words = memory.words;
    words.clear();
    tokens.for_each([&](std::string_view token) { words.push_back(token); });
    const size_t first = ids.size();
    ids.resize(first + words.size());
    places_.vocabulary.find_here(words, std::span(ids).subspan(first));
    for (size_t i = first; i < ids.size(); ++i) {
      const int64_t other = words[i - first].empty() ? places_.empty : places_.unknown;
      ids[i] = ids[i] < 0 ? other : ids[i] + places_.first;
    }
    if (places_.unknown < 0 || places_.empty < 0) std::erase_if(ids, [](int64_t id) { return id < 0; });
  }

 private:
  const Places& places_;
};

class MurmurOfTokens {
 public:
  explicit MurmurOfTokens(const MurmurBins& how) : how_(how) {}
  void operator()(const Tokenizer& tokens, BlockMemory& memory, std::vector<int64_t>& ids) const {
    memory.signs.clear();
    tokens.for_each([&](std::string_view token) {
      uint32_t hash = 0;
      lmmh_x86_32(token.data(), static_cast<unsigned>(token.size()), 0, &hash);
      const int64_t of_32_bits = static_cast<int32_t>(hash);
      ids.push_back(std::abs(of_32_bits) % how_.num_bins);
      memory.signs.push_back(of_32_bits < 0 ? -1 : 1);
    });
  }

 private:
  const MurmurBins& how_;
};

// Calls f with what makes ids, for one thread.
template <class F>
void with_ids(const Ids& ids, const F& f) {
  if (const auto* const how = std::get_if<Hashing>(&ids)) f(BinsOfTokens(*how));
  else if (const auto* const murmur = std::get_if<MurmurBins>(&ids)) f(MurmurOfTokens(*murmur));
  else f(PlacesOfTokens(std::get<Places>(ids)));
}

void check(const char* where, const Tokenizing& tokens, const Ids& ids) {
  tokens.validate(where);
  if (const auto* const how = std::get_if<Hashing>(&ids)) how->validate(where);
  if (const auto* const how = std::get_if<MurmurBins>(&ids)) how->validate(where);
}

void require_none(const char* where, std::span<const std::string_view> texts, const FirstRow& failed) {
  if (!failed.is_there()) return;
  const std::string shown = shown_utf8(texts[failed.row()].substr(0, kShown));
  throw InvalidArgument(where, ": texts must be UTF-8, to be split into characters or words. Received: text ",
                        failed.row(), " = ", in_quotes(shown), ".");
}

}  // namespace

void MurmurBins::validate(const char* where) const {
  LACUNA_REQUIRE(num_bins > 0 && num_bins <= std::numeric_limits<int32_t>::max(), where,
                 ": num_bins must be between 1 and 2^31 - 1. Received: num_bins=", num_bins, ".");
}

void ids_of_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                  const Ids& ids, RowsOfIds& to, Workspace* kept) {
  check(where, tokens, ids);
  const PreparedTexts prepared(where, texts, tokens);
  FirstRow failed;
  AnyWorkspace workspace(kept);
  Workspace::Parts& parts = workspace.parts();
  parts.blocks.make(texts.size(), kTextsABlock, [&](size_t begin, size_t end, RowsOfBlock& block) {
    Workspace::Parts::Lent memory(parts);
    Tokenizer tokenizer(prepared.how(), memory->tokenizer);
    with_ids(ids, [&](const auto& add_ids) {
      for (size_t i = begin; i < end; ++i) {
        if (!prepared.split(tokenizer, i)) return failed.note(i);
        add_ids(tokenizer, *memory, block.ids);
        block.end_row();
      }
    });
  });
  require_none(where, texts, failed);
  to.ids.resize(parts.blocks.entries());
  to.indptr.resize(texts.size() + 1);
  parts.blocks.write_ids(std::span(to.ids), std::span(to.indptr));
}

void encode_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                  const Ids& ids, const Encoding& how, tensor::Csr& to, Workspace* kept) {
  check(where, tokens, ids);
  how.validate(where);
  const PreparedTexts prepared(where, texts, tokens);
  FirstRow failed;
  std::atomic<bool> out_of_range = false;
  const auto* const murmur = std::get_if<MurmurBins>(&ids);
  const bool has_signs = murmur && murmur->alternate_sign;
  AnyWorkspace workspace(kept);
  Workspace::Parts& parts = workspace.parts();
  parts.blocks.make(texts.size(), kTextsABlock, [&](size_t begin, size_t end, RowsOfBlock& block) {
    Workspace::Parts::Lent memory(parts);
    Tokenizer tokenizer(prepared.how(), memory->tokenizer);
    RowEncoder encoder(how, memory->encoder);
    with_ids(ids, [&](const auto& add_ids) {
      for (size_t i = begin; i < end; ++i) {
        if (!prepared.split(tokenizer, i)) return failed.note(i);
        memory->ids.clear();
        add_ids(tokenizer, *memory, memory->ids);
        const bool understood =
            has_signs ? encoder.add(memory->ids, memory->signs, block) : encoder.add(memory->ids, block);
        if (!understood) return out_of_range.store(true, std::memory_order_relaxed);
      }
    });
  });
  require_none(where, texts, failed);
  LACUNA_REQUIRE_RANGE(!out_of_range, where,
                       ": num_tokens must be above all ids of tokens. Received: num_tokens=", how.num_tokens,
                       ".");
  parts.blocks.write(how.num_tokens, how.dtype, to);
}

void count_texts(const char* where, std::span<const std::string_view> texts, const Tokenizing& tokens,
                 Counter& counter, size_t texts_a_document) {
  tokens.validate(where);
  LACUNA_REQUIRE(texts_a_document > 0 && texts.size() % texts_a_document == 0, where,
                 ": texts_a_document must divide the number of texts. Received: texts_a_document=",
                 texts_a_document, ", texts=", texts.size(), ".");
  const PreparedTexts prepared(where, texts, tokens);
  FirstRow failed;
  auto& parts = counter.parts();
  const int64_t first = parts.documents;
  parts.add_documents(texts.size() / texts_a_document, kTextsABlock,
                      [&](WordTally& tally, size_t begin, size_t end) {
                        TokenizerMemory memory;
                        Tokenizer tokenizer(prepared.how(), memory);
                        for (size_t i = begin * texts_a_document; i < end * texts_a_document; ++i) {
                          if (!prepared.split(tokenizer, i)) return failed.note(i);
                          const int64_t document = first + static_cast<int64_t>(i / texts_a_document);
                          tokenizer.for_each([&](std::string_view token) { tally.add(token, document); });
                        }
                      });
  require_none(where, texts, failed);
}

}  // namespace lacuna::features
