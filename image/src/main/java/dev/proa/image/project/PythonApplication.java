package dev.proa.image.project;

import java.util.ArrayList;
import java.util.List;

/**
 * A web application in Python.
 *
 * @param file by which it was found
 * @param version of Python that is asked for; empty for any
 * @param versionFile what asks for it
 * @param requirements where its packages come from
 * @param entry what is started
 * @param server the package that serves it; empty when the application serves itself
 * @param serverAdded whether the server is not among its own packages, so that it is installed in addition
 * @param paths directories of its modules, relative to the folder
 */
public record PythonApplication(
        String name,
        String file,
        String version,
        String versionFile,
        Requirements requirements,
        Entry entry,
        String server,
        boolean serverAdded,
        List<String> paths,
        List<String> reasons)
        implements Application {
    /** The servers that are added, at a version that is known to work as they are started here. */
    private static final String GUNICORN = "gunicorn>=23,<26";

    private static final String UVICORN = "uvicorn>=0.30,<1";

    public PythonApplication {
        paths = List.copyOf(paths);
        reasons = List.copyOf(reasons);
    }

    /** Where the packages come from. */
    public sealed interface Requirements {
        /**
         * Files for {@code pip install -r}, as they are.
         *
         * @param local whether they name something in the folder, such as the project itself
         */
        record Files(String main, boolean local) implements Requirements {}

        /**
         * Lines for {@code pip install -r}, taken from another file.
         *
         * @param locked whether they name all packages with their versions, so that nothing is to be resolved
         */
        record Lines(String source, List<String> lines, boolean locked) implements Requirements {
            public Lines {
                lines = List.copyOf(lines);
            }
        }

        /** The application needs no packages. */
        record None() implements Requirements {}
    }

    /** What is started. */
    public sealed interface Entry {
        /**
         * An object that a WSGI server calls (PEP 3333).
         *
         * @param factory whether it is a function that returns the application
         */
        record Wsgi(String module, String object, boolean factory) implements Entry {}

        /** An object that an ASGI server calls. */
        record Asgi(String module, String object, boolean factory) implements Entry {}

        /** A file that is run. */
        record Script(String file) implements Entry {}

        /** A package that is run by {@code python -m}. */
        record Module(String name) implements Entry {}
    }

    @Override
    public String language() {
        return "Python";
    }

    @Override
    public List<Need> needs() {
        return List.of(new Need("python3", version, version.isEmpty() ? "" : versionFile));
    }

    /** The server to install in addition, as pip takes it; empty when there is none. */
    public String addition() {
        return !serverAdded ? "" : server.equals("uvicorn") ? UVICORN : GUNICORN;
    }

    @Override
    public List<String> commands() {
        List<String> commands = new ArrayList<>();
        switch (requirements) {
            case Requirements.Files files ->
                commands.add("python3 -m pip install -r " + files.main() + "  (apart from the folder)");
            case Requirements.Lines lines ->
                commands.add("python3 -m pip install " + (lines.locked() ? "--no-deps " : "") + "("
                        + lines.lines().size() + " packages of " + lines.source() + ")  (apart from the folder)");
            case Requirements.None() -> {
                // Nothing to install.
            }
        }
        if (serverAdded) {
            commands.add("python3 -m pip install \"" + addition() + "\"  (apart from the folder)");
        }
        return commands;
    }

    @Override
    public List<String> layers() {
        return commands().isEmpty() ? List.of("application") : List.of("packages", "application");
    }

    @Override
    public List<String> start() {
        return switch (entry) {
            case Entry.Script(String script) -> List.of("python3", script);
            case Entry.Module(String module) -> List.of("python3", "-m", module);
            case Entry.Wsgi(String module, String object, boolean factory) -> wsgi(module, object, factory);
            case Entry.Asgi(String module, String object, boolean factory) -> asgi(module, object, factory);
        };
    }

    /** Gunicorn listens on {@code PORT} by itself. */
    private List<String> wsgi(String module, String object, boolean factory) {
        if (server.equals("waitress")) {
            return python(
                    "import os, importlib; from waitress import serve; app = getattr(importlib.import_module('" + module
                            + "'), '" + object + "'); serve(app" + (factory ? "()" : "")
                            + ", host='0.0.0.0', port=int(os.environ.get('PORT', '8080')))");
        }
        return List.of(
                "python3",
                "-m",
                "gunicorn",
                "--threads",
                "8",
                "--access-logfile",
                "-",
                module + ":" + object + (factory ? "()" : ""));
    }

    private List<String> asgi(String module, String object, boolean factory) {
        String target = module + ":" + object;
        if (server.equals("hypercorn")) {
            return python(
                    "import os, sys; sys.argv = ['hypercorn', '--bind', '0.0.0.0:' + os.environ.get('PORT', '8080'), '"
                            + target + (factory ? "()" : "")
                            + "']; from hypercorn.__main__ import main; sys.exit(main())");
        }
        return python("import os, uvicorn; uvicorn.run('" + target + "', host='0.0.0.0', "
                + "port=int(os.environ.get('PORT', '8080'))" + (factory ? ", factory=True" : "") + ")");
    }

    private static List<String> python(String program) {
        return List.of("python3", "-c", program);
    }
}
