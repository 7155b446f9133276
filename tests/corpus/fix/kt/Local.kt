package local

fun sign(body: String): Int {
    val key = "@KEY@" // don't log
    return (key + body).hashCode()
}

fun main() {
    println(sign("it's a body"))
}
