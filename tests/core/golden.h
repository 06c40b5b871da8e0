// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QTest>

#include <nlohmann/json.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace qs::test {

/// Golden data as tests/golden/make_quant_golden.py writes it: cases.json and values.bin.
class Golden {
public:
    using Json = nlohmann::json;

    explicit Golden(const char* folder)
    {
        const QString path = QStringLiteral(QS_SOURCE_DIR "/tests/golden/") + QLatin1String(folder);
        QFile cases(path + QStringLiteral("/cases.json"));
        QFile values(path + QStringLiteral("/values.bin"));
        if (!cases.open(QIODevice::ReadOnly) || !values.open(QIODevice::ReadOnly))
            qFatal("golden data is missing: %s", qPrintable(path));
        m_cases = Json::parse(cases.readAll().toStdString()).at("cases");
        m_values = values.readAll();
    }

    const Json& cases() const { return m_cases; }
    std::vector<float> floats(const Json& at) const { return read<float>(at); }
    std::vector<std::int32_t> ints(const Json& at) const { return read<std::int32_t>(at); }

private:
    template <typename T>
    std::vector<T> read(const Json& at) const
    {
        std::vector<T> values(at.at("count").get<std::size_t>());
        std::memcpy(values.data(), m_values.constData() + 4 * at.at("at").get<qsizetype>(),
                    4 * values.size());
        return values;
    }

    Json m_cases;
    QByteArray m_values;
};

/// How many elements differ in a bit; +0 and -0 count as different. The first is printed.
inline int differingBits(const std::vector<float>& found, const std::vector<float>& expected,
                         const std::string& what)
{
    if (found.size() != expected.size())
        return static_cast<int>(std::max(found.size(), expected.size()));
    int count = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (std::bit_cast<std::uint32_t>(found[i]) == std::bit_cast<std::uint32_t>(expected[i]))
            continue;
        if (count++ == 0)
            qWarning("%s: element %zu is %.9g, PyTorch has %.9g", what.c_str(), i,
                     static_cast<double>(found[i]), static_cast<double>(expected[i]));
    }
    return count;
}

} // namespace qs::test
