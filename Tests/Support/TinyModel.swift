/// A random model of two layers whose tokens are bytes and whose window is 128, and an adapter for it.
package enum TinyModel {
    package static let path = Installed.inRepository("Tests/KeelModelTests/Goldens/tiny-llama")
    package static let adapter = Installed.inRepository("Tests/KeelModelTests/Goldens/tiny-adapter")
}
