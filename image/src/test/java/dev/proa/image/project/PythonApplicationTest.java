package dev.proa.image.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.project.PythonApplication.Entry;
import dev.proa.image.project.PythonApplication.Requirements;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonApplicationTest {
    @TempDir
    Path directory;

    private ProjectFiles files() {
        return new ProjectFiles(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "app.py, 'from flask import Flask\napp = Flask(__name__)', Wsgi[module=app; object=app; factory=false]",
        "shop/web.py, 'import flask\nserver: flask.Flask = flask.Flask(__name__)', Wsgi[module=shop.web; object=server; factory=false]",
        "src/shop/__init__.py, 'from flask import Flask\n\ndef create_app(config=None):\n    return Flask(__name__)', Wsgi[module=shop; object=create_app; factory=true]",
        "main.py, 'import fastapi\napi = fastapi.FastAPI()', Asgi[module=main; object=api; factory=false]",
        "main.py, 'from starlette.applications import Starlette\napp = Starlette(routes=[])', Asgi[module=main; object=app; factory=false]",
        "shop/wsgi.py, 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()', Wsgi[module=shop.wsgi; object=application; factory=false]",
        "main.py, 'from http.server import *\nif __name__ == \"__main__\":\n    run()', Script[file=main.py]",
        "shop/__main__.py, 'run()', Module[name=shop]",
    })
    void findsWhatToStart(String file, String source, String entry) throws Exception {
        PythonApplication python = files().with("requirements.txt", "x\n")
                .with(file, source + "\n")
                .with("tests/app.py", "from flask import Flask\napp = Flask('test')\n")
                .find(PythonApplication.class);
        assertThat(python.entry().toString()).isEqualTo(entry.replace(';', ','));
    }

    @Test
    void prefersUsualNamesAndAsksOtherwise() throws Exception {
        String flask = "from flask import Flask\napp = Flask(__name__)\n";
        ProjectFiles files = files().with("requirements.txt", "flask\n")
                .with("one.py", flask)
                .with("two.py", flask);
        assertThatThrownBy(files::find).hasMessageContaining("one.py, two.py");
        files.with("app.py", flask);
        assertThat(files.find(PythonApplication.class).entry()).isEqualTo(new Entry.Wsgi("app", "app", false));
    }

    @Test
    void saysWhatToDoWhenThereIsNothingToStart() throws Exception {
        ProjectFiles files =
                files().with("pyproject.toml", "[project]\nname = 'x'\n").with("lib.py", "x = 1\n");
        assertThatThrownBy(files::find).hasMessageContaining("add a main.py");
    }

    @Test
    void addsAServerWhenThereIsNone() throws Exception {
        ProjectFiles files = files().with("app.py", "from flask import Flask\napp = Flask(__name__)\n")
                .with("requirements.txt", "-r base.txt\n# gunicorn\nflask\n")
                .with("base.txt", "requests\n");
        PythonApplication python = files.find(PythonApplication.class);
        assertThat(python.addition()).startsWith("gunicorn>=");
        assertThat(python.start())
                .containsExactly("python3", "-m", "gunicorn", "--threads", "8", "--access-logfile", "-", "app:app");
        files.with("base.txt", "Gunicorn[gevent]>=20\n");
        assertThat(files.find(PythonApplication.class).addition()).isEmpty();
        files.with("base.txt", "waitress\n");
        assertThat(String.join(" ", files.find(PythonApplication.class).start()))
                .contains("from waitress import serve");
    }

    @Test
    void startsAsgiServersOnThePort() throws Exception {
        ProjectFiles files = files().with("main.py", "from fastapi import FastAPI\napp = FastAPI()\n")
                .with("requirements.txt", "fastapi[standard]\n");
        PythonApplication python = files.find(PythonApplication.class);
        assertThat(python.serverAdded()).isFalse();
        assertThat(String.join(" ", python.start())).contains("uvicorn.run('main:app'", "'PORT', '8080'");
        files.with("requirements.txt", "fastapi\nhypercorn\n");
        assertThat(String.join(" ", files.find(PythonApplication.class).start()))
                .contains("hypercorn");
    }

    @Test
    void takesFromTheLockOfUvWhatItNeedsToRun() throws Exception {
        PythonApplication python = files().with("main.py", "from fastapi import FastAPI\napp = FastAPI()\n")
                .with("pyproject.toml", "[project]\nname = 'shop'\nrequires-python = '>=3.11'\n")
                .with("uv.lock", """
                        version = 1
                        [[package]]
                        name = "shop"
                        source = { virtual = "." }
                        dependencies = [{ name = "web-frame", extra = ["fast"] }, { name = "colour", marker = "sys_platform == 'win32'" }]
                        [package.dev-dependencies]
                        dev = [{ name = "pytest" }]
                        [[package]]
                        name = "web-frame"
                        version = "2.0"
                        source = { registry = "https://packages.example/simple" }
                        dependencies = [{ name = "util" }]
                        wheels = [{ url = "https://packages.example/w.whl", hash = "sha256:aa" }, { url = "x", hash = "sha256:bb" }]
                        [package.optional-dependencies]
                        fast = [{ name = "loop" }]
                        [[package]]
                        name = "util"
                        version = "1.1"
                        sdist = { url = "x", hash = "sha256:cc" }
                        [[package]]
                        name = "loop"
                        version = "0.3"
                        [[package]]
                        name = "colour"
                        version = "0.4"
                        [[package]]
                        name = "pytest"
                        version = "8"
                        """)
                .find(PythonApplication.class);
        assertThat(python.requirements())
                .isEqualTo(new Requirements.Lines(
                        "uv.lock",
                        List.of(
                                "colour==0.4 ; sys_platform == 'win32'",
                                "loop==0.3",
                                "util==1.1 --hash=sha256:cc",
                                "web-frame==2.0 --hash=sha256:aa --hash=sha256:bb"),
                        true));
        assertThat(python.name()).isEqualTo("shop");
        assertThat(python.version()).isEqualTo("3.11");
    }

    @Test
    void takesFromTheLockOfPoetryWhatItNeedsToRun() throws Exception {
        PythonApplication python = files().with("main.py", "import flask\napp = flask.Flask('x')\n")
                .with("pyproject.toml", """
                        [tool.poetry]
                        name = "shop"
                        [tool.poetry.dependencies]
                        python = "^3.10"
                        Flask = { version = "^3", extras = ["async"] }
                        [tool.poetry.group.dev.dependencies]
                        pytest = "*"
                        """)
                .with("poetry.lock", """
                        [[package]]
                        name = "flask"
                        version = "3.1"
                        files = [{ file = "f.whl", hash = "sha256:ff" }]
                        [package.dependencies]
                        jinja = ">=3"
                        asgiref = { version = ">=3", optional = true, markers = "extra == 'async'" }
                        dotenv = { version = "*", optional = true, markers = "extra == 'dotenv'" }
                        importlib = { version = "*", markers = "python_version < '3.10'" }
                        [package.extras]
                        async = ["asgiref (>=3)"]
                        dotenv = ["dotenv"]
                        [[package]]
                        name = "jinja"
                        version = "3"
                        [[package]]
                        name = "asgiref"
                        version = "3.8"
                        [[package]]
                        name = "dotenv"
                        version = "1"
                        [[package]]
                        name = "importlib"
                        version = "6"
                        [[package]]
                        name = "pytest"
                        version = "8"
                        """)
                .find(PythonApplication.class);
        assertThat(python.requirements())
                .isInstanceOfSatisfying(
                        Requirements.Lines.class,
                        lines -> assertThat(lines.lines())
                                .containsExactly(
                                        "asgiref==3.8",
                                        "flask==3.1 --hash=sha256:ff",
                                        "importlib==6 ; python_version < '3.10'",
                                        "jinja==3"));
        assertThat(python.version()).isEqualTo("3.10");
    }

    @Test
    void noticesWhenRequirementsNameTheFolder() throws Exception {
        ProjectFiles files = files().with("main.py", "if __name__ == '__main__':\n    pass\n")
                .with("requirements.txt", "x\n");
        assertThat(files.find(PythonApplication.class).requirements())
                .isEqualTo(new Requirements.Files("requirements.txt", false));
        for (String line : List.of("-e .", ".", "./lib", "shop @ file:./lib")) {
            files.with("requirements.txt", "x\n" + line + "\n");
            assertThat(files.find(PythonApplication.class).requirements())
                    .as(line)
                    .isEqualTo(new Requirements.Files("requirements.txt", true));
        }
    }
}
