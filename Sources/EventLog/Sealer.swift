import Transparency

/// Gives full segments their final form: small blocks merged into large ones, with an index and
/// the tree at both ends.
///
/// Needs nothing of the writer but its lock on the directory, so it may run on another thread
/// than the writer's, one sealer at a time. A failure leaves the segment as it was.
package struct Sealer: Sendable {
  private let directory: String
  private let disk: any Disk

  package init(directory: String, disk: any Disk = PosixDisk()) {
    self.directory = directory
    self.disk = disk
  }

  /// Seals every segment that another one follows. Returns the names of those it sealed.
  package func sealFullSegments() throws(LogError) -> [String] {
    let names = try LogInspection.list(directory, disk)
      .filter { SegmentName.firstSequence(of: $0) != nil }
    var sealed: [String] = []
    var tree = CompactRange(begin: 0)
    for (name, following) in zip(names, names.dropFirst()) {
      var next = try LogFile(disk, directory, following)
      // Without a header the last segment was never begun, and the one before is not full.
      if following == names.last, try next.firstNonZero(from: 0) == nil { break }
      let end = try next.header().firstSequence
      let scan = try BlockScan(disk, directory, name)
      guard scan.header.firstSequence == tree.end, scan.header.root == tree.root() else {
        throw scan.problem("the tree before the segment is not the one its header states")
      }
      if let footer = scan.footer {
        tree = footer.treeAfter
      } else {
        tree = try seal(scan, tree, end: end)
        sealed.append(name)
      }
    }
    return sealed
  }

  /// Returns the tree after the segment.
  private func seal(
    _ scan: consuming BlockScan, _ tree: CompactRange, end: UInt64
  ) throws(LogError) -> CompactRange {
    let name = scan.name
    let temporary = SegmentName.sealing(name)
    let path = "\(directory)/\(temporary)"
    var header = scan.header
    header.isSealed = true
    do throws(LogError) {
      let file: DiskFile
      do { file = try disk.open(path, .create) } catch { throw LogError.io(error) }
      defer { disk.close(file) }
      var merge = SegmentMerge(file, disk, header, tree)
      try merge.copyBlocks(&scan, end: end)
      try merge.finish()
      try check(temporary, merge.footer)
      do { try disk.publish(directory, temporary, as: name) } catch { throw LogError.io(error) }
      return merge.footer.treeAfter
    } catch {
      disk.discard(path)
      throw error
    }
  }

  /// Reads the file back: its records must hash to the same tree.
  private func check(_ name: String, _ expected: SegmentFooter) throws(LogError) {
    var scan = try BlockScan(disk, directory, name)
    guard scan.footer == expected else { throw scan.problem("expected the footer just written") }
    var tree = expected.treeBefore
    while scan.offset < scan.end {
      guard let block = try scan.peek(), let records = try scan.records(of: block) else {
        throw scan.problem("expected the block just written")
      }
      records.forEach { tree.append(MerkleTree.leaf($1)) }
      scan.skip(block)
    }
    guard tree == expected.treeAfter else {
      throw scan.problem("tree root \(tree.root().hex), expected \(expected.treeAfter.root().hex)")
    }
  }
}
