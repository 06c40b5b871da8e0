// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"

namespace qs {

/// What most observers share: batches are cut into sets, their extremes and numbers kept, and the
/// parameters made from one range for each set. The observer itself says how it remembers a batch
/// and how it finds the ranges.
class SetObserver : public Observer {
public:
    const QuantSpec& spec() const override { return m_spec; }
    Result<void> observe(const Tensor& batch, const JobContext& context, const TensorStats* known,
                         const std::vector<ChannelRange>* extremes) override;
    Result<void> merge(const Observer& other) override;
    Result<QuantParams> calculateQParams(const JobContext& context) const override;
    std::int64_t batchesSeen() const override { return m_batches; }
    std::int64_t samplesSeen() const override { return m_samples; }
    std::span<const ChannelRange> ranges() const override { return m_ranges; }
    Result<ObserverEvidence> evidence(std::size_t set, const JobContext& context) const override;
    /// "ranges" [sets, 3]: min, max and whether anything was observed; "counts" int64 [3]: batches,
    /// elements, of these not finite; and what the observer itself remembers.
    std::vector<Tensor> state() const override;
    Result<void> restore(std::span<const Tensor> state) override;

protected:
    explicit SetObserver(QuantSpec spec) : m_spec(std::move(spec)) {}

    /// Remembers a batch whose sets have these extremes; all or nothing.
    virtual Result<void> remember(const Tensor& batch, const ParamLayout& layout,
                                  std::span<const ChannelRange> extremes,
                                  const JobContext& context) = 0;
    /// Remembers what `other`, of the same class and spec, remembers; all or nothing.
    virtual Result<void> rememberAll(const SetObserver& other) = 0;
    /// The range of each set; something finite was observed. Where `evidence` is given, also the
    /// histogram and steps of evidence->set.
    virtual Result<std::vector<ChannelRange>> choose(const JobContext& context,
                                                     ObserverEvidence* evidence) const = 0;
    /// What it remembers beside the extremes, as tensors. Not for those that keep batches.
    virtual std::vector<Tensor> remembered() const { return {}; }
    virtual Result<void> restoreRemembered(std::span<const Tensor> /*state*/, std::size_t /*sets*/)
    {
        return {};
    }
    /// The tensor of this name. Errors (Data): there is none; another type or shape.
    Result<Tensor> find(std::span<const Tensor> state, std::string_view name, ElementType type,
                        const Shape& shape) const;
    /// How the extremes of a later batch change what was observed: the wider range.
    virtual void widen(ChannelRange& into, const ChannelRange& batch) const;

    Error error(const std::string& text) const
    {
        return Error::data("observer " + m_spec.observer + ": " + text);
    }
    bool sawAny() const;
    /// Whether every element so far is finite, those of the batch being remembered too.
    bool allFinite() const { return m_nonfinite == 0; }

private:
    QuantSpec m_spec;
    std::vector<ChannelRange> m_ranges;
    std::int64_t m_batches = 0;
    std::int64_t m_samples = 0;
    std::int64_t m_nonfinite = 0;
};

/// Calls body(elements) for the finite elements of one set, in memory order, some at a time: what
/// does not need them all at once needs no memory for them.
void forEachFinite(const Tensor& tensor, const ParamLayout& layout, std::int64_t set,
                   const std::function<void(std::span<const float>)>& body);

/// Whether there is memory for finiteElements() of all sets, as many at a time as forEachSet asks
/// for. Errors: not enough memory (Data).
Result<void> checkElementCopies(const Tensor& tensor, const ParamLayout& layout, bool allFinite,
                                const QuantSpec& spec);

/// The finite elements of one set, in memory order. The span is valid as long as the tensor and the
/// buffer.
std::span<const float> finiteElements(const Tensor& tensor, const ParamLayout& layout,
                                      std::int64_t set, std::vector<float>& buffer);

/// Calls body(set) for all sets on all cores; body returns a Result<void>. The error of the first
/// set that has one, or cancelled.
Result<void> forEachSet(std::int64_t sets, const JobContext& context,
                        const std::function<Result<void>(std::int64_t set)>& body);

} // namespace qs
