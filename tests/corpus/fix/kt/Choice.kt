package choice

enum class Stage { LIVE, TEST }

fun key(stage: Stage) = when (stage) {
    Stage.LIVE -> "@KEY@"
    Stage.TEST -> "none"
}

fun main() {
    Stage.values().forEach { println("${it.name} ${key(it).length} ${key(it)}") }
}
