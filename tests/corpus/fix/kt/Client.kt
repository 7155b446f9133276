package client

class Client(private val key: String = "@KEY@", private val retries: Int = 3) {
    fun headers() = mapOf("Authorization" to "Bearer $key", "X-Retries" to "$retries")
}

fun main() {
    println(Client().headers())
}
