// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/equalization.h"
#include "core/ptq/image_rows.h"
#include "tests/core/golden.h"
#include "tests/core/ptq/ptq_testing.h"

#include <limits>

using namespace qs;
using namespace qs::test;

namespace {

using Values = std::vector<double>;

Values matrix(const ChainLayer& layer, const std::vector<float>& row)
{
    Values y(static_cast<std::size_t>(layer.outputs));
    for (std::size_t o = 0; o < y.size(); ++o) {
        y[o] = layer.bias.empty() ? 0.0 : static_cast<double>(layer.bias[o]);
        for (std::size_t k = 0; k < row.size(); ++k)
            y[o] +=
                static_cast<double>(layer.weight[o * row.size() + k]) * static_cast<double>(row[k]);
    }
    return y;
}

std::vector<float> relu(const Values& y)
{
    std::vector<float> x(y.size());
    std::transform(y.begin(), y.end(), x.begin(),
                   [](double v) { return static_cast<float>(std::max(v, 0.0)); });
    return x;
}

/// ReLU of a convolution with a 3 x 3 kernel over [channels][side][side].
std::vector<float> convolve(const ChainLayer& layer, const std::vector<float>& image,
                            std::int64_t side)
{
    const ImageRows shape{layer.inputs, side, side, 3, 1, 0, false};
    std::vector<float> rows(static_cast<std::size_t>(shape.rows() * shape.columns()));
    if (!writeImageRows(shape, image, rows))
        qFatal("no rows");
    const auto positions = static_cast<std::size_t>(shape.rows());
    const auto columns = static_cast<std::ptrdiff_t>(shape.columns());
    std::vector<float> out(positions * static_cast<std::size_t>(layer.outputs));
    for (std::size_t p = 0; p < positions; ++p) {
        const auto from = rows.begin() + static_cast<std::ptrdiff_t>(p) * columns;
        const auto y = relu(matrix(layer, {from, from + columns}));
        for (std::size_t o = 0; o < y.size(); ++o)
            out[o * positions + p] = y[o];
    }
    return out;
}

std::vector<float> pool(const std::vector<float>& image, std::size_t side)
{
    std::vector<float> out;
    for (std::size_t at = 0; at < image.size(); at += side * side) {
        for (std::size_t y = 0; y < side; y += 2) {
            for (std::size_t x = 0; x < side; x += 2) {
                const float* p = image.data() + at + y * side + x;
                out.push_back(std::max(std::max(p[0], p[1]), std::max(p[side], p[side + 1])));
            }
        }
    }
    return out;
}

std::vector<ChainLayer> randomChain()
{
    return {{4, 3, 9, normals(1, 108), normals(2, 4)}, {5, 4, 4, normals(3, 80), {}}};
}

} // namespace

class TestEqualization : public QObject {
    Q_OBJECT

    Golden m_golden{"ptq"};
    std::vector<ChainLayer> m_layers;

    /// The outputs of the network of the golden case: convolutions over 10 x 10 and 8 x 8.
    Values run(const std::vector<ChainLayer>& layers, const std::vector<float>& x) const
    {
        Values all;
        for (std::size_t at = 0; at < x.size(); at += 200) {
            const auto from = x.begin() + static_cast<std::ptrdiff_t>(at);
            const auto first = convolve(layers[0], {from, from + 200}, 10);
            const auto second = pool(convolve(layers[1], first, 8), 6);
            const auto y = matrix(layers[3], relu(matrix(layers[2], second)));
            all.insert(all.end(), y.begin(), y.end());
        }
        return all;
    }

    const nlohmann::json& network()
    {
        const auto& c = m_golden.cases().at(0);
        m_layers.clear();
        for (std::size_t l = 0; l < 4; ++l) {
            const auto s = c.at("shapes").at(l).get<std::vector<std::int64_t>>();
            m_layers.push_back({s[0], s[1], s[2], m_golden.floats(c.at("weights").at(l)),
                                m_golden.floats(c.at("biases").at(l))});
        }
        return c;
    }

private slots:
    /// PyTorch's output of the network before is that of the equalized one, to 1e-5 of its size.
    void output_staysPyTorchs()
    {
        const auto& c = network();
        const auto x = m_golden.floats(c.at("x"));
        const auto expected = m_golden.floats(c.at("y"));
        const auto equalized = equalizeChain(m_layers);
        QVERIFY(equalized);
        double most = 0;
        for (const float y : expected)
            most = std::max(most, static_cast<double>(std::fabs(y)));
        for (const auto& layers : {m_layers, equalized->layers}) {
            const auto found = run(layers, x);
            QCOMPARE(found.size(), expected.size());
            double worst = 0;
            for (std::size_t i = 0; i < found.size(); ++i)
                worst = std::max(worst, std::fabs(found[i] - static_cast<double>(expected[i])));
            qInfo("worst difference %.2g of %.3g", worst, most);
            QVERIFY(worst < 1e-5 * most);
        }
    }

    void scales_areThePapers()
    {
        const auto& c = network();
        const auto equalized = equalizeChain(m_layers, {2000, 1e-9});
        QVERIFY(equalized);
        QVERIFY(equalized->lastMove <= 1e-9);
        QCOMPARE(equalized->links.size(), std::size_t{3});
        for (std::size_t l = 0; l < 3; ++l) {
            const auto& link = equalized->links[l];
            const auto expected = m_golden.floats(c.at("scales").at(l));
            QCOMPARE(link.scale.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(std::fabs(link.scale[i] / static_cast<double>(expected[i]) - 1) < 1e-6);
        }
        QCOMPARE(equalized->links[0].scale[2], 1.0); // its weights are 0
    }

    void ranges_areEqual_andWereNot()
    {
        network();
        const auto equalized = equalizeChain(m_layers);
        double before = 0;
        for (std::size_t l = 0; l < 3; ++l) {
            const auto& link = equalized->links[l];
            for (std::size_t i = 0; i < link.scale.size(); ++i) {
                if (link.outputBefore[i] == 0)
                    continue;
                before = std::max(before,
                                  std::fabs(std::log(link.outputBefore[i] / link.inputBefore[i])));
                QVERIFY(std::fabs(link.outputAfter[i] / link.inputAfter[i] - 1) < 1e-5);
            }
            // The ranges that are told are those of the weights.
            const auto& first = equalized->layers[l];
            const auto per = static_cast<std::size_t>(first.inputs * first.perInput);
            for (std::size_t i = 0; i < first.weight.size(); ++i)
                QVERIFY(static_cast<double>(std::fabs(first.weight[i])) <=
                        link.outputAfter[i / per] * (1 + 1e-7));
        }
        QVERIFY(before > std::log(5));
    }

    /// A pair is done in one pass: s = sqrt(r1 r2) / r2.
    void pair_isTheFormula()
    {
        const std::vector<ChainLayer> pair{{2, 1, 1, {8, -1}, {4, 3}}, {1, 2, 2, {1, 2, 0, 0}, {}}};
        const auto e = equalizeChain(pair);
        QCOMPARE(e->rounds, 2);
        QCOMPARE(e->links[0].scale, (std::vector<double>{2, 1}));
        QCOMPARE(e->layers[0].weight, (std::vector<float>{4, -1}));
        QCOMPARE(e->layers[0].bias, (std::vector<float>{2, 3}));
        QCOMPARE(e->layers[1].weight, (std::vector<float>{2, 4, 0, 0}));
    }

    void mistakes_areNamed()
    {
        const auto good = randomChain();
        QVERIFY(equalizeChain(good));
        QVERIFY(isUsage(equalizeChain(std::span(good).first(1)), "layers"));
        QVERIFY(isUsage(equalizeChain(good, {0, 0.1}), "max_rounds"));
        QVERIFY(isUsage(equalizeChain(good, {1, -1}), "tolerance"));
        auto bad = good;
        bad[1].weight.pop_back();
        QVERIFY(isUsage(equalizeChain(bad), "layer 1 weight"));
        bad = good;
        bad[0].bias.pop_back();
        QVERIFY(isUsage(equalizeChain(bad), "layer 0 bias"));
        bad = good;
        bad[1].inputs = 8;
        bad[1].perInput = 2;
        QVERIFY(isUsage(equalizeChain(bad), "layer 1 inputs"));
        bad = good;
        bad[0].weight[7] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(isUsage(equalizeChain(bad), "layer 0 weight"));
        bad = good;
        bad[0].outputs = 0;
        QVERIFY(isUsage(equalizeChain(bad), "layer 0 weight"));
    }
};

QTEST_GUILESS_MAIN(TestEqualization)
#include "test_equalization.moc"
