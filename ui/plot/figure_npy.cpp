// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "ui/plot/figure_columns.h"
#include "ui/plot/figure_export.h"

#include <QtEndian>

#include <bit>
#include <limits>

namespace qs {
namespace {

constexpr qsizetype alignment = 64;
constexpr qsizetype maxHeader = 9900; // numpy refuses more than 10,000 bytes of header

/// What one field of the structured type holds.
struct Field {
    const FigureColumn* column;
    qsizetype letters; ///< of the longest text; 0: numbers
};

/// A Python literal of the text.
QString quoted(QString text)
{
    text.replace(u'\\', QStringLiteral("\\\\")).replace(u'\'', QStringLiteral("\\'"));
    text.replace(u'\n', QStringLiteral("\\n")).replace(u'\r', QStringLiteral("\\r"));
    return u'\'' + text + u'\'';
}

void appendNumber(QByteArray& to, double value)
{
    const auto little = qToLittleEndian(std::bit_cast<quint64>(value));
    to.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void appendText(QByteArray& to, const QString& text, qsizetype letters)
{
    const auto codes = text.toUcs4();
    for (qsizetype i = 0; i < letters; ++i) {
        const auto little = qToLittleEndian(i < codes.size() ? codes[i] : 0U);
        to.append(reinterpret_cast<const char*>(&little), sizeof little);
    }
}

/// Everything before the data. Comments are Python's: the header is a literal of a dictionary.
QByteArray header(const Figure& figure, const std::vector<Field>& fields, std::size_t rows)
{
    QStringList types;
    for (const Field& field : fields)
        types += QStringLiteral("(%1, '%2')")
                     .arg(quoted(field.column->title),
                          field.letters ? QStringLiteral("<U%1").arg(field.letters)
                                        : QStringLiteral("<f8"));
    QByteArray text = QStringLiteral("{'descr': [%1], 'fortran_order': False, 'shape': (%2,), }")
                          .arg(types.join(QStringLiteral(", ")))
                          .arg(rows)
                          .toUtf8();
    for (const QString& line : figureComments(figure)) {
        const QByteArray comment = "\n# " + line.toUtf8();
        if (text.size() + comment.size() < maxHeader)
            text += comment;
    }
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 128; });
    const bool small = ascii && text.size() < 65000;
    const qsizetype before = small ? 10 : 12;
    text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
    text += '\n';
    QByteArray whole("\x93NUMPY", 6);
    // Version 1.0 is Latin-1 with two bytes of length, 3.0 is UTF-8 with four.
    whole += small ? '\1' : '\3';
    whole += '\0';
    const auto length = qToLittleEndian(static_cast<quint32>(text.size()));
    whole.append(reinterpret_cast<const char*>(&length), small ? 2 : 4);
    return whole + text;
}

} // namespace

QByteArray figureNpy(const Figure& figure, const std::string& session)
{
    const std::vector<FigureColumn> columns = figureColumns(figure);
    std::vector<Field> fields;
    std::size_t rows = 0;
    for (const FigureColumn& column : columns) {
        qsizetype letters = column.texts.empty() ? 0 : 1;
        for (const QString& text : column.texts)
            letters = std::max(letters, text.toUcs4().size());
        fields.push_back({&column, letters});
        rows = std::max(rows, column.size());
    }
    QByteArray npy = header(figure, fields, rows);
    for (std::size_t row = 0; row < rows; ++row) {
        for (const Field& field : fields) {
            const FigureColumn& column = *field.column;
            if (field.letters)
                appendText(npy, row < column.texts.size() ? column.texts[row] : QString(),
                           field.letters);
            else
                appendNumber(npy, row < column.values.size()
                                      ? column.values[row]
                                      : std::numeric_limits<double>::quiet_NaN());
        }
    }
    if (!session.empty())
        npy += '\n' + QByteArray::fromStdString(sessionComment(session));
    return npy;
}

} // namespace qs
