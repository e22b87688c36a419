package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Makes questions for {@link Answers} and the original, the same ones from the same seed. */
final class Questions {
    private static final String[] WORDS = {
        "$X",
        "${X}",
        "$E",
        "${E}",
        "$U",
        "${U}",
        "${U:-d}",
        "${E:-d}",
        "${E-d}",
        "${U-d}",
        "${X:+a}",
        "${X+a}",
        "${E:+a}",
        "${U:+a}",
        "${X:?no}",
        "${U:?no}",
        "${U?}",
        "${E:?}",
        "${X#a}",
        "${X##*/}",
        "${X%/*}",
        "${X%%/*}",
        "${X%.t?r}",
        "${X/a/o}",
        "${X//a/o}",
        "${X//\\//_}",
        "${X/*/o}",
        "${X//?/$X}",
        "${X#\\*}",
        "${X#*a}",
        "${X%a*}",
        "${X##*a}",
        "${X//b/$0}",
        "${X//b/\\$0-$$}",
        "${E//*/x}",
        "${X///x}",
        "${X#?}",
        "${U:-${X:-n}}",
        "${U:-${U:-deep}}",
        "${X:-}",
        "${}",
        "${",
        "${X",
        "${X:",
        "${:}",
        "${X:=d}",
        "${X^}",
        "$",
        "$$",
        "$1",
        "$10x",
        "${1:-d}",
        "$@",
        "$é",
        "${U:-'q'}",
        "${U:-\"$X\"}",
        "'",
        "\"",
        "'$X'",
        "\"$X\"",
        "\"a b\"",
        "'a b'",
        "\\",
        "\\$X",
        "\\\\",
        "\\'",
        "\\\"",
        "\"\\a\"",
        "\"\\\"\"",
        "a",
        "b",
        "/",
        "=",
        " ",
        "  ",
        "\t",
        "<",
        "<<",
        "<<EOF",
        "}",
        "{",
        "é",
        "\u00a0",
        "`",
        "`$X",
        "${X:-`}",
        "\"`n\"",
        "${X/\\}/}",
        "${X#\\a}",
        "${X#a\\}",
        "${X:#a}",
        "${X:/a/b}"
    };

    private static final String[] LINES = {
        "RUN echo hi",
        "RUN [\"a\", \"b\"]",
        "RUN [\"a\", b]",
        "RUN [\"a\", 1]",
        "RUN [\"a\"] x",
        "RUN",
        "RUN []",
        "run echo \\\n  more",
        "RUN echo \\\n# comment\n\n  more",
        "RUN <<EOF\necho a\nEOF",
        "RUN <<-EOF\n\techo a\n\tEOF",
        "RUN <<'EOF' cat\n$X\nEOF",
        "RUN cat <<A <<\"B\" > /x\na\nA\nb\nB",
        "RUN python <<EOF\nnever ends",
        "RUN echo '<<EOF'",
        "RUN echo \"<<EOF\" \\<<EOF",
        "RUN 3<<EOF cat\nx\nEOF",
        "RUN << EOF\nx\nEOF",
        "RUN a<<b",
        "RUN --mount=type=cache,target=/x --network=none true",
        "RUN --network=wlan true",
        "RUN --mount=from=$X,target=/a true",
        "RUN --mount=\"type=secret,id=a b\" x",
        "RUN --foo x",
        "RUN --security=insecure id",
        "RUN --network=none --network=host id",
        "RUN --mount x",
        "RUN -- --x",
        "RUN --device=a/b=c x",
        "CMD",
        "CMD []",
        "CMD [\"a\"]",
        "CMD a 'b c' $X",
        "cmd [\"\\u00e9\\ud83d\\ude00\",\"\\n\"]",
        "CMD [\"a\",]",
        "CMD [ \"a\" , \"b\" ]",
        "CMD ['a']",
        "CMD [\"a\\x\"]",
        "CMD [null]",
        "CMD [[\"a\"]]",
        "CMD [\"\ud83d\ude00\"]",
        "ENTRYPOINT",
        "ENTRYPOINT []",
        "ENTRYPOINT [\"/a\"]",
        "ENTRYPOINT exec a",
        "SHELL [\"/bin/sh\",\"-c\"]",
        "SHELL []",
        "SHELL sh",
        "SHELL",
        "ENV A=b C=\"d e\" F=g\\ h",
        "ENV A b c ",
        "ENV A",
        "ENV",
        "ENV A=b c",
        "ENV =b",
        "ENV A= B=''",
        "ENV A=\"b",
        "ENV A='b\\' C=d",
        "ENV --x A=b",
        "ENV A=b\\",
        "LABEL a.b=\"c\" 'd e'=f",
        "LABEL a b c",
        "LABEL",
        "LABEL =",
        "ARG A",
        "ARG A=1 B C=\"x y\"",
        "ARG",
        "ARG =x",
        "ARG --x A",
        "COPY a b",
        "COPY a",
        "COPY",
        "COPY [\"a b\", \"c\"]",
        "COPY [\"a\"]",
        "COPY --from=x --chown=1:2 --chmod=755 --link a b /c/",
        "COPY --from=$X a b",
        "COPY --link=false a b",
        "COPY --link=maybe a b",
        "COPY --link= a b",
        "COPY --from a b",
        "COPY --exclude=*.a --exclude=b . /x",
        "COPY --parents a/./b /c",
        "COPY --frm=x a b",
        "COPY <<EOF /a\n$X\nEOF",
        "COPY <<-'EOF' b <<\"C\" /a/\n\tx\n\tEOF\ny\nC",
        "COPY a <<EOF\nx\nEOF",
        "COPY <<EOF <<EOF /a\n1\nEOF\n2\nEOF",
        "COPY <<EOF /a\r\nx\r\nEOF\r",
        "COPY << EOF /a\nx\nEOF",
        "COPY [\"<<EOF\", \"/a\"]",
        "ADD http://x/y /z",
        "ADD --checksum=sha256:00 --unpack a b",
        "ADD --keep-git-dir=true a b",
        "ADD --from=x a b",
        "ADD --unpack=false a b",
        "USER",
        "USER a b",
        "USER --x a",
        "USER $X:1",
        "WORKDIR",
        "WORKDIR /a b",
        "WORKDIR ${X}",
        "EXPOSE 80 443/tcp 8000-8010",
        "EXPOSE",
        "EXPOSE $P",
        "EXPOSE \"80 81\"",
        "VOLUME /a /b",
        "VOLUME [\"/a b\"]",
        "VOLUME []",
        "VOLUME [\"\"]",
        "VOLUME",
        "STOPSIGNAL SIGTERM",
        "STOPSIGNAL",
        "STOPSIGNAL --x 9",
        "HEALTHCHECK NONE",
        "HEALTHCHECK none x",
        "HEALTHCHECK CMD true",
        "HEALTHCHECK --interval=1m30s --timeout=1.5s --retries=3 CMD [\"a\"]",
        "HEALTHCHECK --interval=1us CMD x",
        "HEALTHCHECK --interval=0 CMD x",
        "HEALTHCHECK --interval=x CMD x",
        "HEALTHCHECK --retries=-1 CMD x",
        "HEALTHCHECK --retries=x CMD x",
        "HEALTHCHECK CMD",
        "HEALTHCHECK CMD []",
        "HEALTHCHECK",
        "HEALTHCHECK TRY x",
        "HEALTHCHECK --start-period=.5h --start-interval=5s cmd  a  b ",
        "HEALTHCHECK --interval=1h1 CMD x",
        "HEALTHCHECK --foo=1 CMD x",
        "HEALTHCHECK --interval=-5s CMD x",
        "HEALTHCHECK --interval=9999999h CMD x",
        "ONBUILD RUN a",
        "ONBUILD ONBUILD RUN a",
        "ONBUILD FROM x",
        "ONBUILD maintainer x",
        "ONBUILD",
        "ONBUILD RUN <<EOF\nx\nEOF",
        "onbuild  COPY <<EOF /x\n1\nEOF",
        "ONBUILD ENV A",
        "ONBUILD FOO x",
        "ONBUILD --x RUN a",
        "ONBUILD RUN [1]",
        "MAINTAINER a b <c@d>",
        "MAINTAINER",
        "FROM",
        "FROM a",
        "FROM a AS b",
        "from a as B2",
        "FROM a AS 2b",
        "FROM a b",
        "FROM a AS b c",
        "FROM --platform=$BUILDPLATFORM a AS x.y-z_1",
        "FROM --platfrom=x a",
        "FROM ${A:-b} as c",
        "FROM a XX b",
        "FOO bar",
        "RNU x",
        "COPPY a b",
        "# comment",
        "  # comment",
        "",
        "   ",
        "\\",
        "\\\n",
        "RUN a \\ ",
        "RUN a \\\\",
        "RUN a `\n b",
        "RUN\ta\tb",
        "RUN\\\n echo",
        "# escape=`",
        "# escape=x",
        "# syntax=docker/dockerfile:1",
        "#escape = \\",
        "# check=skip=all",
        "RUN a\u00a0b",
        "R\\\nUN x",
        "RUN echo \\\nFROM b",
        "\tRUN x",
        "RUN --mount=type=bind \\\n --network=none \\\n ls",
        "EXPOSE 80 \\\n\n 81",
        "ENV A=1 \\\n # no\n B=2",
        "RUN a\rb",
        "ENV A=1\r",
        "ADD <<a b /c\nx\na"
    };

    private static final String[] PATTERNS = {
        "*", "**", "a", "b", "ab", "a*", "*b", "?", "a?", "/", "/a", "a/b", "a/", "./a", "../a", "a/../b", "a//b",
                "**/a", "a/**", "**/b/**", "a/**/b",
        "*/b", "a/*", "**a", "a**", "a**b", "*/*", "[ab]", "[^a]", "[a-b]b", "[!a]", "[", "]", "[]a]", "[a", "\\a",
                "\\*", "\\", "a.b", "*.b", ".", "..",
        "a b", "#a", "+", "a+b", "(a)", "^a", "$", "{a,b}", "a|b", "**/*.b", "**/.", "é", "é*", "[é]b", "[-a]", "[a-]",
                "[a\\-b]b", "[/]", "a[/]b", "\\[a", "a\\/b",
        "**/**", "**/a/**/b", "***", "*a*b", "[*]", "[.]", "\\d"
    };

    private static final String[] NAMES = {
        "a", "b", "ab", "a.b", ".a", "é", "éb", "c", "*", "[a", "a+b", "aab", "-", "1"
    };

    private static final String[] MOUNT_FIELDS = {
        "type=bind",
        "type=cache",
        "type=tmpfs",
        "type=secret",
        "type=ssh",
        "type=foo",
        "TYPE=Cache",
        "from=x",
        "from=$X",
        "from=0",
        "source=/a",
        "src=b",
        "target=/t",
        "dst=/t",
        "destination=t",
        "ro",
        "readonly=false",
        "rw",
        "rw=true",
        "rw=x",
        "id=i",
        "sharing=locked",
        "sharing=Private",
        "sharing=x",
        "required",
        "required=true",
        "required=maybe",
        "size=1g",
        "size=1.5 MiB",
        "size=x",
        "size=10",
        "size=-1",
        "mode=0755",
        "mode=9",
        "uid=1",
        "gid=4294967296",
        "gid=2",
        "env=A",
        "env",
        "foo",
        "foo=1",
        "",
        "\"id=a,b\"",
        "\"id=a\"\"b\"",
        "id=\"a",
        "size=1kb",
        "size=2bb",
        "size=3kib",
        "size=.5k"
    };

    private Questions() {}

    /** As many questions of each kind. */
    static List<Map<String, Object>> make(long seed, int each) {
        Random random = new Random(seed);
        List<Map<String, Object>> questions = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            questions.add(word(random));
            questions.add(dockerfile(random, i));
            questions.add(ignore(random));
            questions.add(match(random));
            questions.add(Map.of("kind", "mount", "text", quoteBlanks(some(random, MOUNT_FIELDS, 5, ","))));
        }
        return questions;
    }

    private static String quoteBlanks(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace(" ", "\\ ");
    }

    private static String some(Random random, String[] parts, int most, String separator) {
        List<String> chosen = new ArrayList<>();
        for (int i = random.nextInt(most) + 1; i > 0; i--) {
            chosen.add(parts[random.nextInt(parts.length)]);
        }
        return String.join(separator, chosen);
    }

    private static Map<String, Object> word(Random random) {
        Map<String, String> env = new TreeMap<>(Map.of("E", ""));
        String[] values = {"abc", "/usr/lib/a.tar", "a b  c", "aXbXa", "\\d*", "é/ü", "}a/", "aaa", "$E", "'q'"};
        env.put("X", values[random.nextInt(values.length)]);
        String kind = List.of("word", "word", "words", "content").get(random.nextInt(4));
        String text = some(random, WORDS, 5, "");
        // BuildKit loses what comes before an operator when it splits into words.
        boolean lossy = kind.equals("words") && text.matches("(?s).*\\$\\{[^}]*[^}\\w].*");
        String escape = kind.equals("content") || random.nextBoolean() ? "\\" : "`";
        return Map.of("kind", lossy ? "word" : kind, "text", text, "escape", escape, "env", env);
    }

    private static Map<String, Object> dockerfile(Random random, int i) {
        if (i < LINES.length) { // Each line once by itself.
            boolean first = LINES[i].startsWith("#");
            return Map.of("kind", "dockerfile", "text", first ? LINES[i] + "\nFROM a" : "FROM a\n" + LINES[i]);
        }
        String body = some(random, LINES, 2, "\n");
        String head = switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> "# escape=`\nFROM a\n";
            case 2 -> "ARG A=1\nFROM a\n";
            case 3 -> "\uFEFFFROM a\n";
            default -> "FROM a\n";
        };
        String text =
                head + (random.nextInt(3) == 0 ? changed(random, body) : body) + (random.nextBoolean() ? "\n" : "");
        return Map.of("kind", "dockerfile", "text", random.nextInt(10) == 0 ? text.replace("\n", "\r\n") : text);
    }

    /** The text with a few characters taken out or put in. */
    private static String changed(Random random, String text) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0 && !changed.isEmpty(); i--) {
            int at = random.nextInt(changed.length());
            if (random.nextBoolean()) {
                changed.deleteCharAt(at);
            } else {
                changed.insert(at, " \t\n\\\"'$<>-=#[],:{}`aF1".charAt(random.nextInt(22)));
            }
        }
        return changed.toString();
    }

    private static Map<String, Object> ignore(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4) + 1; i > 0; i--) {
            text.append(random.nextInt(3) == 0 ? "!" : "")
                    .append(some(random, PATTERNS, 2, random.nextBoolean() ? "/" : ""))
                    .append(random.nextInt(8) == 0 ? " \r\n" : "\n");
        }
        // An escaped letter that is not ASCII is an error of Go's regular expressions, and that letter in Proa's.
        String patterns = text.toString().replace("\\é", "é");
        return Map.of("kind", "ignore", "text", patterns, "paths", paths(random, 6));
    }

    private static Map<String, Object> match(Random random) {
        return Map.of(
                "kind",
                "match",
                "text",
                some(random, PATTERNS, 3, random.nextBoolean() ? "/" : ""),
                "paths",
                paths(random, 1));
    }

    private static List<String> paths(Random random, int count) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add(some(random, NAMES, 4, "/"));
        }
        return paths;
    }
}
