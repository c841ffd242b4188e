/// Lists the fields a message visits, so that a test can hold them against `schemas/event.proto`.
package struct SchemaCollector: FieldVisitor {
  package struct Field: Hashable, Sendable {
    package var number: Int
    package var name: String
    package var type: String
    package var label: Label
  }

  package enum Label: String, Sendable { case plain = "", optional, repeated }

  package private(set) var fields: [Field] = []

  package static func fields<M: Message>(of message: M.Type) -> [Field] {
    var collector = SchemaCollector()
    var value = M()
    // The collector's own methods do not throw, and `visit` throws only what they throw.
    do throws(WireError) { try value.visit(&collector) } catch { return [] }
    return collector.fields
  }

  private mutating func add(_ number: Int, _ name: StaticString, _ type: String, _ label: Label) {
    fields.append(Field(number: number, name: "\(name)", type: type, label: label))
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T
  ) {
    add(number, name, T.schemaType, .plain)
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) {
    add(number, name, T.schemaType, .optional)
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) {
    add(number, name, T.schemaType, .repeated)
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) {
    add(number, name, T.schemaType, .optional)
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) {
    add(number, name, T.schemaType, .repeated)
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout M?
  ) {
    add(number, name, String(describing: M.self), .plain)
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout [M]
  ) {
    add(number, name, String(describing: M.self), .repeated)
  }

  package mutating func fixed(_ number: Int, _ name: StaticString, _ value: inout UInt64) {
    add(number, name, "fixed64", .plain)
  }
}
