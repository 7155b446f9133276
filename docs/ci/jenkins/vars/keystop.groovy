// A step of a Jenkins shared library: keystop(), keystop(base: 'origin/main'), keystop(version: '==1.2.0').
//
// It looks at what a change brings, or what a branch has got since its last good build, shows it in the log, and hands
// it to the warnings plugin and to JUnit where they are installed.
def call(Map options = [:]) {
    String version = options.version ?: ''
    String base = options.base ?: ''
    withEnv(["KEYSTOP_VERSION=${version}", "KEYSTOP_BASE=${base}"]) {
        sh 'command -v keystop || pip install --quiet --user "keystop$KEYSTOP_VERSION"'
        try {
            sh 'PATH="$HOME/.local/bin:$PATH" keystop ci --base "$KEYSTOP_BASE" --report junit=keystop.xml --report checkstyle=keystop-checkstyle.xml'
        } finally {
            junit testResults: 'keystop.xml', allowEmptyResults: true
            archiveArtifacts artifacts: 'keystop-checkstyle.xml', allowEmptyArchive: true
        }
    }
}
