package constant

const val API_KEY = "@KEY@"

object Stage {
    private const val OTHER = "live"
    fun name() = OTHER
}

fun main() {
    println(API_KEY + Stage.name())
}
