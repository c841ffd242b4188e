/// RFC 3339, written and read by hand: a formatter of Foundation takes microseconds for each time.
extension Timestamp {
  /// `2023-07-10T12:24:29.000000Z`: UTC, always six digits of fraction, so that text order is time
  /// order. Years outside 0000...9999 do not occur in records and are written as they are.
  package var rfc3339: String {
    var text: [UInt8] = []
    text.reserveCapacity(27)
    appendRFC3339(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  package func appendRFC3339(to text: inout [UInt8]) {
    let day = floorDivide(microseconds, by: 86_400_000_000)
    // Not `microseconds - day * 86_400_000_000`, whose product is beyond Int64 near `distantPast`.
    let rest = (microseconds % 86_400_000_000 + 86_400_000_000) % 86_400_000_000
    let (year, month, dayOfMonth) = CivilDate.civil(days: day)
    let seconds = rest / 1_000_000
    appendDigits(year, width: 4, to: &text)
    text.append(UInt8(ascii: "-"))
    appendDigits(month, width: 2, to: &text)
    text.append(UInt8(ascii: "-"))
    appendDigits(dayOfMonth, width: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    appendDigits(seconds / 3_600, width: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendDigits(seconds / 60 % 60, width: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendDigits(seconds % 60, width: 2, to: &text)
    text.append(UInt8(ascii: "."))
    appendDigits(rest % 1_000_000, width: 6, to: &text)
    text.append(UInt8(ascii: "Z"))
  }

  /// Reads a date and time with an offset (`…T12:26:00Z`, `…+02:00`, any length of fraction, of
  /// which microseconds are kept) or a date alone, which is its first moment in UTC. `nil` for
  /// anything else, dates that do not exist and leap seconds included.
  package init?(rfc3339 text: some StringProtocol) {
    var scanner = DigitScanner(Array(text.utf8))
    guard let year = scanner.digits(4), scanner.skip("-"),
      let month = scanner.digits(2), scanner.skip("-"),
      let day = scanner.digits(2),
      (1...12).contains(month), (1...CivilDate.daysIn(month: month, of: year)).contains(day)
    else { return nil }
    let days = CivilDate.days(year: year, month: month, day: day)
    if scanner.isAtEnd {
      self.init(seconds: days * 86_400)
      return
    }
    guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.digits(2), scanner.skip(":"),
      let minute = scanner.digits(2), scanner.skip(":"),
      let second = scanner.digits(2),
      hour < 24, minute < 60, second < 60,
      let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }
}

/// Rounds towards the past, so that times before 1970 fall into the right day.
package func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

/// At least `width` digits.
private func appendDigits(_ value: Int64, width: Int, to text: inout [UInt8]) {
  var divisor: UInt64 = 1
  for _ in 1..<width { divisor *= 10 }
  if value < 0 { text.append(UInt8(ascii: "-")) }
  var rest = value.magnitude
  while rest / 10 >= divisor { divisor *= 10 }
  while divisor > 0 {
    text.append(UInt8(ascii: "0") + UInt8(rest / divisor))
    rest %= divisor
    divisor /= 10
  }
}

private struct DigitScanner {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  mutating func digits(_ count: Int) -> Int64? {
    guard text.count - position >= count else { return nil }
    var value: Int64 = 0
    for byte in text[position..<position + count] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    position += count
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Microseconds; digits beyond the sixth are dropped. `nil` for a point without digits.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    var value: Int64 = 0
    var count = 0
    while let digit = digits(1) {
      if count < 6 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in 0..<max(0, 6 - count) { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let east = skip("+")
    guard east || skip("-"), let hours = digits(2), skip(":"), let minutes = digits(2),
      hours < 24, minutes < 60
    else { return nil }
    return (east ? 1 : -1) * (hours * 3_600 + minutes * 60)
  }
}
