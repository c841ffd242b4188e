import Glibc

/// The files that a list of paths means. A directory is walked for `.json` and `.jsonl` and their
/// `.gz`; a file is taken whatever its name.
package struct CloudTrailSource: Sendable {
  /// In the order of the paths; below each directory by path, bytewise, which for CloudTrail's
  /// own names is by date.
  package private(set) var files: [CloudTrailFile] = []

  /// Files below the directories that are no CloudTrail events by their name: other suffixes, and
  /// digests by a `CloudTrail-Digest` in their path. Links to directories, which are not followed
  /// because they may form a circle, count here too.
  package private(set) var skipped = 0

  /// Paths that cannot be read; the others are listed all the same.
  package private(set) var problems: [CloudTrailError] = []

  private let limits: CloudTrailLimits

  package init(paths: [String], limits: CloudTrailLimits = .standard) {
    self.limits = limits
    for path in paths {
      switch CloudTrailSource.kind(of: path, followingLinks: true) {
      case .directory: walk(path)
      case .file, .link: files.append(CloudTrailFile(path: path, isNamed: true, limits: limits))
      case nil: problems.append(OpenFile.failure(path, "cannot be found"))
      }
    }
  }

  private enum Kind {
    case file, directory, link
  }

  /// Nil if there is none, with the reason in `errno`.
  private static func kind(of path: String, followingLinks: Bool) -> Kind? {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFDIR: .directory
    case S_IFLNK: .link
    default: .file
    }
  }

  private mutating func walk(_ root: String) {
    var found: [String] = []
    var pending = [root]
    while let directory = pending.popLast() {
      for name in names(in: directory) {
        let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
        switch CloudTrailSource.kind(of: path, followingLinks: false) {
        case .directory: pending.append(path)
        case .file: if CloudTrailSource.isWanted(path) { found.append(path) } else { skipped += 1 }
        case .link:
          let target = CloudTrailSource.kind(of: path, followingLinks: true)
          let isFile = target != .directory && CloudTrailSource.isWanted(path)
          if isFile { found.append(path) } else { skipped += 1 }
        case nil: problems.append(OpenFile.failure(path, "cannot be examined"))
        }
      }
    }
    found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    files += found.map { CloudTrailFile(path: $0, isNamed: false, limits: limits) }
  }

  private static func isWanted(_ path: String) -> Bool {
    let suffixes = [".json", ".jsonl", ".json.gz", ".jsonl.gz"]
    guard suffixes.contains(where: path.hasSuffix) else { return false }
    return !path.split(separator: "/").contains("CloudTrail-Digest")
  }

  private mutating func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else {
      problems.append(OpenFile.failure(directory, "cannot be listed"))
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { problems.append(OpenFile.failure(directory, "cannot be listed")) }
        return names
      }
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }
}
