// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/formats.h"

#include <QByteArray>
#include <QFile>
#include <QString>
#include <QTemporaryDir>
#include <QtEndian>
#include <QtTest>

#include <vector>

#include <zlib.h>

namespace qs {

/// A file that numpy wrote, see tests/golden/make_io_golden.py.
inline std::string golden(const char* name)
{
    return std::string(QS_SOURCE_DIR "/tests/golden/io/") + name;
}

inline QByteArray contentOfFile(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A folder that is gone after the test.
class Folder {
public:
    std::string path(const char* name = "") const
    {
        return (m_folder.path() + "/" + name).toStdString();
    }
    /// Writes a file and returns its path.
    std::string file(const char* name, const QByteArray& content) const
    {
        QFile out(QString::fromStdString(path(name)));
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            qFatal("cannot write %s", name);
        return path(name);
    }
    QStringList names() const
    {
        return QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden);
    }

private:
    QTemporaryDir m_folder;
};

/// What reading the file at path says is wrong, without the folder; "" where nothing is.
inline QString problemOf(const std::string& path)
{
    const auto file = readTensors(path);
    if (file)
        return {};
    return QString::fromStdString(file.error().message)
        .remove(QString::fromStdString(path.substr(0, path.find_last_of('/') + 1)));
}

inline std::vector<float> valuesOf(const Tensor& tensor)
{
    std::vector<float> values;
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values.push_back(tensor.at(i));
    return values;
}

/// 0, 1, 2, … n - 1
inline std::vector<float> counting(int n)
{
    std::vector<float> values;
    for (int i = 0; i < n; ++i)
        values.push_back(static_cast<float>(i));
    return values;
}

/// The bytes of a 64-bit number, the least significant one first.
inline QByteArray little64(quint64 value)
{
    QByteArray bytes(8, '\0');
    qToLittleEndian(value, bytes.data());
    return bytes;
}

inline QByteArray gzip(const QByteArray& content)
{
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("deflateInit2");
    QByteArray packed(
        static_cast<int>(deflateBound(&stream, static_cast<uLong>(content.size()))) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        qFatal("deflate");
    packed.truncate(static_cast<int>(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

} // namespace qs
