import EventLog
import Testing

@Suite("What a batch may hold")
struct BatchTests {
  private func refusal(_ batch: RecordBatch) throws -> String? {
    let disk = try makeLog(batches: [0..<10])
    var writer = try openLog(disk)
    var reason: String?
    if case .failure(.batchRefused(let text)) = writer.result(of: batch) { reason = text }
    let size = try writer.append(RecordBatch(numbers: 10..<12))
    #expect(size == 12, "nothing of the refused batch was written, and the writer goes on")
    #expect(try readLog(disk).records() == (0..<12).map { record($0) })
    return reason
  }

  @Test("A record of 65,536 bytes is refused, and the batch with it")
  func tooLong() throws {
    var batch = RecordBatch(numbers: 10..<11)
    batch.append(bytes: noise(65_536), at: 20)
    #expect(try refusal(batch) == "a record of 65536 bytes, expected at most 65535")
  }

  @Test("A recorded time before the last one is refused")
  func timeGoesBack() throws {
    var batch = RecordBatch()
    batch.append(number: 8)
    #expect(try refusal(batch) == "recorded time 8, expected at least 9")
  }

  @Test("A first record that joins the one before is refused")
  func joinsNothing() throws {
    var batch = RecordBatch()
    batch.append(number: 10, joinsPrevious: true)
    #expect(try refusal(batch) == "the first record joins one before it, and there is none")
  }

  @Test("A group of more records than a block holds is refused")
  func groupOfTooManyRecords() throws {
    var batch = RecordBatch()
    for number in 10...8_202 { batch.append(number: number, joinsPrevious: number > 10) }
    #expect(try refusal(batch)?.hasPrefix("a group of 8193 records") == true)
  }

  @Test("A group of more bytes than a block holds is refused")
  func groupOfTooManyBytes() throws {
    var batch = RecordBatch()
    for number in 0...8 { batch.append(bytes: noise(65_535), at: 10, joinsPrevious: number > 0) }
    #expect(try refusal(batch)?.hasPrefix("a group of 9 records, 589833 bytes") == true)
  }

  @Test("A group is never cut, wherever it lies in a batch")
  func groupsStayWhole() throws {
    var batch = RecordBatch()
    var groups: [Range<UInt64>] = []
    var random = SplitMix(state: 3)
    var number = 0
    while number < 20_000 {
      let length = Int.random(in: 1...2_000, using: &random)
      for index in 0..<length { batch.append(number: number + index, joinsPrevious: index > 0) }
      groups.append(UInt64(number)..<UInt64(number + length))
      number += length
    }
    let disk = try makeLog()
    var writer = try openLog(disk)
    #expect(try writer.append(batch) == UInt64(number))
    var starts: Set<UInt64> = []
    try readLog(disk).forEach(where: {
      starts.insert($0.firstSequence)
      return false
    }) { _, _ in }
    #expect(starts.count > 2)
    #expect(starts.isSubset(of: Set(groups.map(\.lowerBound))))
  }

  @Test("A record whose encoder throws leaves the batch as it was")
  func encoderThrows() throws {
    struct Refused: Error {}
    var batch = RecordBatch(numbers: 0..<3)
    #expect(throws: Refused.self) {
      try batch.append(recorded: 9, happened: 9, summary: 0) { bytes throws(Refused) in
        bytes += [1, 2, 3]
        throw Refused()
      }
    }
    #expect(batch.count == 3)
    let disk = try makeLog()
    var writer = try openLog(disk)
    #expect(try writer.append(batch) == 3)
    #expect(try readLog(disk).records() == (0..<3).map { record($0) })
  }

  @Test("An emptied batch can be used again")
  func reuse() throws {
    var batch = RecordBatch(numbers: 5..<9)
    batch.removeAll()
    #expect(batch.isEmpty && batch.byteCount == 0)
    batch.append(number: 0)
    let disk = try makeLog()
    var writer = try openLog(disk)
    #expect(try writer.append(batch) == 1)
    #expect(try readLog(disk).record(at: 0) == record(0))
  }
}
