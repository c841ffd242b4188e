/// Keeps the value of the latest change, whatever order the changes arrive in.
package struct Latest<Value: Message & Hashable>: Message, Hashable {
  package private(set) var stamp: Stamp?
  package private(set) var value: Value?

  package init() {}

  /// Returns whether `value` is in force now.
  @discardableResult
  package mutating func set(_ value: Value, at stamp: Stamp) -> Bool {
    if let held = self.stamp, stamp < held { return false }
    self.stamp = stamp
    self.value = value
    return true
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "stamp", &stamp)
    try fields.field(2, "value", &value)
  }
}

/// Keeps the value of the earliest change, whatever order the changes arrive in.
package struct Earliest<Value: Message & Hashable>: Message, Hashable {
  package private(set) var stamp: Stamp?
  package private(set) var value: Value?

  package init() {}

  package mutating func offer(_ value: @autoclosure () -> Value, at stamp: Stamp) {
    if let held = self.stamp, held <= stamp { return }
    self.stamp = stamp
    self.value = value()
  }

  package var happened: Timestamp? { stamp?.happened }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "stamp", &stamp)
    try fields.field(2, "value", &value)
  }
}

/// On or off, by whom.
package struct Switch: Message, Hashable {
  package var isOn = false
  package var actor: Actor?

  package init() {}

  package init(isOn: Bool, actor: Actor?) {
    self.isOn = isOn
    self.actor = actor
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "is_on", &isOn)
    try fields.field(2, "actor", &actor)
  }
}

/// One optional value in a register: "set to nothing" differs from "never set".
package struct Setting<Value: BytesValue & Hashable>: Message, Hashable {
  package var value: Value?

  package init() {}
  package init(_ value: Value?) { self.value = value }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "value", &value)
  }
}

/// A moment that can be "never".
package struct Deadline: Message, Hashable {
  package var time: Timestamp?

  package init() {}
  package init(_ time: Timestamp?) { self.time = time }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "time", &time)
  }
}
