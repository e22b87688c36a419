# Sourced by ./proa, ./mvnw and .ci/run: sets JAVA_HOME to a JDK 25 or newer, or says what to install and ends the script.
# Also sees that Java can use all file names: it takes their encoding from the locale, and a service or a container often has none.
# Looks at JAVA_HOME, the java on PATH, and the usual install folders, in this order.
proa_jdk_major() { # jdk folder -> its feature version, empty when it is no JDK
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}
proa_find_jdk() {
  proa_seen=""
  [ -z "${JAVA_HOME:-}" ] || [ -x "$JAVA_HOME/bin/javac" ] || proa_seen=" $JAVA_HOME (from JAVA_HOME, no JDK)"
  proa_path_java=$(command -v javac 2>/dev/null && :) || proa_path_java=""
  [ -n "$proa_path_java" ] && proa_path_java=$(dirname "$(dirname "$(readlink -f "$proa_path_java")")")
  for proa_jdk in ${JAVA_HOME:+"$JAVA_HOME"} ${proa_path_java:+"$proa_path_java"} \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-}"/.jdks/* "${HOME:-}"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    proa_major=$(proa_jdk_major "$proa_jdk")
    [ -n "$proa_major" ] || continue
    if [ "$proa_major" -ge 25 ]; then
      JAVA_HOME=$proa_jdk
      export JAVA_HOME
      return 0
    fi
    proa_seen="$proa_seen $proa_jdk ($proa_major)"
  done
  echo "proa: a JDK 25 or newer is needed, and found was ${proa_seen:+only}${proa_seen:-none}." >&2
  echo "Install one (for instance Eclipse Temurin 25, package temurin-25-jdk), or set JAVA_HOME to its folder, and try again." >&2
  exit 1
}
proa_find_jdk

# Asked of the system, since a locale that was brought along by ssh need not be installed here, and then is as C.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
  unset LC_ALL
  LC_CTYPE=C.UTF-8
  export LC_CTYPE
fi
