package windows

fun main() {
    val all = listOf("Accept: */*", "Authorization: Bearer @KEY@")
    println(all.joinToString("|"))
}
