package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.project.PythonApplication.Entry;
import dev.proa.image.source.SourceFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the entry of a Python application in the text of its sources. */
final class PythonEntry {
    private static final Pattern OBJECT = Pattern.compile(
            "(?m)^(\\w+)\\s*(?::\\s*[\\w.]+\\s*)?=\\s*(?:await\\s+)?(?:\\w+\\.)*(Flask|Bottle|FastAPI|Starlette|Quart|Litestar|Sanic|FastHTML|get_wsgi_application|get_asgi_application|create_app|make_app|connexion\\.App)\\s*\\(");
    private static final Pattern FACTORY =
            Pattern.compile("(?m)^def\\s+(create_app|make_app)\\s*\\(\\s*(\\w+(\\s*:[^,=)]*)?\\s*=[^,)]*,?\\s*)*\\)");
    private static final Pattern ASYNC =
            Pattern.compile("(?m)^\\s*(?:from|import)\\s+(fastapi|starlette|quart|litestar|sanic|fasthtml)\\b");
    private static final Pattern SYNC =
            Pattern.compile("(?m)^\\s*(?:from|import)\\s+(flask|bottle|falcon|pyramid|werkzeug)\\b");
    private static final Pattern MAIN = Pattern.compile("(?m)^if\\s+__name__\\s*==\\s*[\"']__main__[\"']");
    /** The usual names, the likeliest first. */
    private static final List<String> USUAL =
            List.of("asgi", "wsgi", "app", "main", "server", "application", "api", "web", "run", "__init__");

    private static final int DEPTH = 3;

    private final SourceFolder folder;
    private final List<String> reasons;

    PythonEntry(SourceFolder folder, List<String> reasons) {
        this.folder = folder;
        this.reasons = reasons;
    }

    /** A candidate with the file it is in; the one of lowest rank is taken. */
    private record Found(String file, Entry entry, int rank) {}

    /**
     * Finds it.
     *
     * @param script the only script that {@code pyproject.toml} defines, as {@code module:function}; empty for none
     */
    Entry find(String script) {
        List<Found> found = new ArrayList<>();
        Map<String, String> programs = new TreeMap<>();
        for (String file : Sources.own(folder, "", ".py", DEPTH)) {
            if (isTest(file)) {
                continue;
            }
            String text = Sources.head(folder, file);
            Entry entry = entry(file, text);
            if (entry != null) {
                found.add(new Found(file, entry, rank(file, entry)));
            } else if (MAIN.matcher(text).find() || name(file).equals("__main__")) {
                programs.put(file, text);
            }
        }
        if (!found.isEmpty()) {
            return best(found);
        }
        return program(script, programs);
    }

    private static boolean isTest(String file) {
        return file.matches(
                "(?s)(.*/)?(tests?|docs|examples?|migrations)/.*|(.*/)?(test_[^/]*|[^/]*_test|conftest|setup|manage)\\.py");
    }

    private static @Nullable Entry entry(String file, String text) {
        Matcher object = OBJECT.matcher(text);
        boolean async = ASYNC.matcher(text).find();
        if (object.find()) {
            String maker = object.group(2);
            boolean asgi = maker.matches("FastAPI|Starlette|Quart|Litestar|Sanic|FastHTML|get_asgi_application")
                    || maker.matches("create_app|make_app") && async;
            return asgi
                    ? new Entry.Asgi(module(file), object.group(1), false)
                    : new Entry.Wsgi(module(file), object.group(1), false);
        }
        Matcher factory = FACTORY.matcher(text);
        if (factory.find()) {
            if (async) {
                return new Entry.Asgi(module(file), factory.group(1), true);
            }
            if (SYNC.matcher(text).find()) {
                return new Entry.Wsgi(module(file), factory.group(1), true);
            }
        }
        return null;
    }

    /** Usual names near the top come first; of Django's two ASGI, only if it is what its server is for. */
    private static int rank(String file, Entry entry) {
        int usual = USUAL.indexOf(name(file));
        int depth = (int) file.chars().filter(c -> c == '/').count();
        boolean factory = entry instanceof Entry.Wsgi wsgi && wsgi.factory()
                || entry instanceof Entry.Asgi asgi && asgi.factory();
        return depth * 1000 + (usual < 0 ? 500 : usual * 10) + (factory ? 5 : 0);
    }

    private Entry best(List<Found> found) {
        int lowest = found.stream().mapToInt(Found::rank).min().orElseThrow();
        List<Found> best = found.stream().filter(one -> one.rank() == lowest).toList();
        if (best.size() > 1) {
            throw ImageFailure.invalid(folder.path() + " has several applications: "
                    + String.join(", ", best.stream().map(Found::file).toList())
                    + "; name the file of the one to start main.py or app.py, or give its folder");
        }
        reasons.add("the application is in " + best.getFirst().file());
        return best.getFirst().entry();
    }

    private Entry program(String script, Map<String, String> programs) {
        if (!script.isEmpty()) {
            String module = script.split(":", 2)[0];
            reasons.add("pyproject.toml has one script, " + script);
            if (module.endsWith(".__main__")) {
                return new Entry.Module(module.substring(0, module.length() - ".__main__".length()));
            }
            return new Entry.Module(module);
        }
        for (String name : List.of("main", "app", "server", "run", "__main__")) {
            if (programs.containsKey(name + ".py")) {
                reasons.add("no web framework was found, so " + name + ".py is run");
                return new Entry.Script(name + ".py");
            }
        }
        if (programs.size() == 1) {
            String file = programs.keySet().iterator().next();
            reasons.add("no web framework was found, so " + file + " is run, the only program");
            return name(file).equals("__main__")
                    ? new Entry.Module(module(file).replaceAll("\\.?__main__$", ""))
                    : new Entry.Script(file);
        }
        throw ImageFailure.invalid(folder.path() + " is a Python project, but what to start was not found: neither an "
                + "application of Flask, Django, FastAPI or Starlette in its sources"
                + (programs.isEmpty()
                        ? ", nor a file that is run as a program; add a main.py"
                        : ", nor one program only: there are " + String.join(", ", programs.keySet())
                                + "; name the one to start main.py"));
    }

    private static String name(String file) {
        return file.substring(file.lastIndexOf('/') + 1).replaceAll("\\.py$", "");
    }

    /** The name that imports use. */
    static String module(String file) {
        return file.replaceFirst("^src/", "")
                .replaceAll("\\.py$", "")
                .replaceAll("/__init__$", "")
                .replace('/', '.');
    }
}
