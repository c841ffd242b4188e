/// The small integer that stands for one thing of a kind in records: its place among the events
/// that introduced that kind. The kind is a phantom, so that a user's ordinal cannot be passed for
/// a key's.
package struct Ordinal<Kind>: Hashable, Comparable, Sendable {
  package var value: UInt32

  package init(_ value: UInt32) { self.value = value }
  package init(_ index: Int) { value = UInt32(index) }

  package var index: Int { Int(value) }

  package static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

package typealias OrganizationOrdinal = Ordinal<Organization>
package typealias UserOrdinal = Ordinal<User>
package typealias KeyOrdinal = Ordinal<Key>
package typealias OperationOrdinal = Ordinal<OperationKind>
package typealias ClientOrdinal = Ordinal<Client>
package typealias TokenOrdinal = Ordinal<Token>
package typealias ProfileOrdinal = Ordinal<Profile>

/// What an operation's ordinal counts; an operation is only a name.
package enum OperationKind {}

/// A record's position in the log, from 0, without gaps.
package struct SequenceNumber: Hashable, Comparable, Sendable {
  package var value: UInt64

  package init(_ value: UInt64) { self.value = value }

  package static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}
