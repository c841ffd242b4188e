/// A walk over the blocks of one segment, from the first or from a known one.
struct BlockScan: ~Copyable, Sendable {
  private var file: LogFile
  private var decoder = BlockDecoder()
  let header: SegmentHeader
  /// Where blocks must end: at the footer, or at the end of the file.
  let end: UInt64
  /// Where the next block is.
  private(set) var offset: UInt64
  /// The sequence it begins with.
  private(set) var next: UInt64
  /// The block before had the stop flag, and no resume mark follows it.
  private(set) var isStopped = false

  var name: String { file.name }

  /// The footer, if the segment is sealed; checked.
  let footer: SegmentFooter?

  init(_ file: consuming LogFile, _ header: SegmentHeader) throws(LogError) {
    if header.isSealed {
      let (footer, offset) = try SegmentFooter.read(&file, header)
      try footer.check(header, file.name, blocksEnd: offset)
      self.footer = footer
      end = offset
    } else {
      footer = nil
      end = file.size
    }
    self.file = file
    self.header = header
    offset = UInt64(SegmentHeader.size)
    next = header.firstSequence
  }

  init(_ disk: any Disk, _ directory: String, _ name: String) throws(LogError) {
    var file = try LogFile(disk, directory, name)
    let header = try file.header()
    try self.init(file, header)
  }

  /// Continues at a block whose place is known.
  mutating func jump(to sequence: UInt64, at offset: UInt64) {
    next = sequence
    self.offset = offset
    isStopped = false
  }

  func problem(_ text: String) -> LogError {
    .corrupt(Problem(file: name, offset: offset, sequence: next, problem: text))
  }

  /// The header of the next block; nil where no undamaged header is.
  mutating func peek() throws(LogError) -> BlockHeader? {
    try passResumeMark()
    if isStopped { return nil }
    guard offset + UInt64(BlockHeader.size) <= end,
      let bytes = try file.bytes(at: offset, BlockHeader.size)
    else { return nil }
    switch BlockHeader.decode(bytes, header.checksum) {
    case .none: return nil
    case .invalid(let text): throw problem(text)
    case .header(let block):
      guard block.firstSequence == next else {
        throw problem("block begins with sequence \(block.firstSequence), expected \(next)")
      }
      guard offset + UInt64(block.blockSize) <= end else {
        throw problem("block of \(block.blockSize) bytes, expected it to end by offset \(end)")
      }
      return block
    }
  }

  private mutating func passResumeMark() throws(LogError) {
    guard isStopped else { return }
    let place = ResumeMark.offset(after: offset)
    guard place + UInt64(ResumeMark.size) <= end,
      let gap = try file.bytes(at: offset, Int(place - offset)), gap.isAllZero,
      let mark = try file.bytes(at: place, ResumeMark.size),
      ResumeMark.isMark(mark, next, header.checksum)
    else { return }
    offset = place + UInt64(ResumeMark.size)
    isStopped = false
  }

  /// The stored payload and end mark of the block that `peek` returned.
  private mutating func payload(
    of block: BlockHeader
  ) throws(LogError) -> UnsafeRawBufferPointer? {
    try file.bytes(
      at: offset + UInt64(BlockHeader.size), Int(block.storedLength) + LogFormat.endMarkSize)
  }

  /// The records of the block that `peek` returned, valid until the next call; nil if the
  /// payload is damaged.
  mutating func records(of block: BlockHeader) throws(LogError) -> BlockRecords? {
    guard let payload = try payload(of: block) else { return nil }
    return decoder.records(of: block, payload, header.checksum)
  }

  /// True if the payload of the block that `peek` returned has its checksum.
  mutating func isIntact(_ block: BlockHeader) throws(LogError) -> Bool {
    guard let payload = try payload(of: block) else { return false }
    return header.checksum.of(payload) == block.payloadChecksum
  }

  /// Goes on behind the block that `peek` returned.
  mutating func skip(_ block: BlockHeader) {
    offset += UInt64(block.blockSize)
    next = block.nextSequence
    isStopped = block.isStop
  }

  /// What the bytes from here to the end of the file are, where `peek` or `records` found no
  /// undamaged block.
  mutating func judgeTail() throws(LogError) -> TailVerdict {
    guard let last = try file.lastNonZero(from: offset) else { return .clean }
    let judge = TailJudge(
      file: name, offset: offset, fileSize: file.size, next: next, checksum: header.checksum,
      isStopped: isStopped)
    let tail = try file.copy(offset..<(last + 1))
    return tail.withUnsafeBytes { judge.judge($0) }
  }
}
