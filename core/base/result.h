// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace qs {

/// What kind of failure: decides the exit status of a command (cli: usage 2, all others 1).
enum class ErrorKind {
    Usage,     ///< an argument or a parameter is wrong; nothing was read
    Data,      ///< the input was read but is damaged or cannot be worked on
    Io,        ///< a file could not be opened, read or written
    Cancelled, ///< the caller asked to stop
};

/// A failure in the user's words: one line that names the file or field, what was expected and what
/// was found. Never shown as anything but that line.
struct Error {
    ErrorKind kind = ErrorKind::Data;
    std::string message;

    static Error usage(std::string text) { return {ErrorKind::Usage, std::move(text)}; }
    static Error data(std::string text) { return {ErrorKind::Data, std::move(text)}; }
    static Error io(std::string text) { return {ErrorKind::Io, std::move(text)}; }
    static Error cancelled() { return {ErrorKind::Cancelled, "cancelled"}; }
};

/// A value or the reason why there is none.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }
    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_ok(false) {}

    explicit operator bool() const { return m_ok; }
    const Error& error() const { return m_error; }

private:
    Error m_error;
    bool m_ok = true;
};

} // namespace qs
