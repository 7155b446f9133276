package config

data class Config(val name: String, val secret: String)

val config = Config(
    name = "shop",
    secret = "@KEY@"
)

fun main() {
    println(config)
}
