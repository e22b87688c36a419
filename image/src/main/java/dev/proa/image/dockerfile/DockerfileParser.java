package dev.proa.image.dockerfile;

import dev.proa.image.dockerfile.Flags.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts statements into stages. Used once. */
final class DockerfileParser {
    private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9_.-]*");
    private static final Map<String, Kind> FROM = Map.of("platform", Kind.STRING);

    private final SourceText text;
    private final List<Instruction.Arg> globalArgs = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();
    private @Nullable Stage open;
    private List<Instruction> instructions = new ArrayList<>();

    DockerfileParser(SourceText text) {
        this.text = text;
    }

    Dockerfile parse() {
        StatementReader reader = new StatementReader(text);
        List<Statement> statements = reader.read();
        if (statements.isEmpty()) {
            throw text.failure(Location.line(1), "file with no instructions");
        }
        InstructionParser parser = new InstructionParser(reader.directives().escape());
        for (Statement statement : statements) {
            locating(statement, () -> add(statement, parser));
        }
        close();
        if (stages.isEmpty()) {
            throw text.failure(
                    statements.getLast().source().location(), "dockerfile contains no stages to build: it has no FROM");
        }
        List<Warning> warnings = new ArrayList<>(reader.warnings());
        warnings.addAll(new Rules().check(stages));
        warnings.sort(Comparator.comparingInt(w -> w.location().line()));
        return new Dockerfile(reader.directives(), globalArgs, stages, checked(warnings, reader), text);
    }

    private List<Warning> checked(List<Warning> warnings, StatementReader reader) {
        Checks checks;
        try {
            checks = Checks.parse(reader.directives().check());
        } catch (SyntaxProblem e) {
            throw text.failure(Location.line(1), Objects.toString(e.getMessage()));
        }
        List<Warning> kept = checks.kept(warnings);
        if (checks.error() && !kept.isEmpty()) {
            Warning first = kept.getFirst();
            throw text.failure(first.location(), first.message() + " (" + first.rule() + ", and check has error=true)");
        }
        return kept;
    }

    List<Instruction> parseTrigger() {
        StatementReader reader = new StatementReader(text);
        for (Statement statement : reader.read()) {
            locating(statement, () -> {
                String keyword = statement.keyword().toUpperCase(Locale.ROOT);
                switch (keyword) {
                    case "ONBUILD", "MAINTAINER", "FROM" ->
                        throw new SyntaxProblem(keyword + " isn't allowed as an ONBUILD trigger");
                    default ->
                        instructions.add(
                                new InstructionParser(reader.directives().escape()).parse(statement));
                }
            });
        }
        return List.copyOf(instructions);
    }

    private void locating(Statement statement, Runnable parse) {
        try {
            parse.run();
        } catch (SyntaxProblem e) {
            throw text.failure(statement.source().location(), Objects.toString(e.getMessage()));
        }
    }

    private void add(Statement statement, InstructionParser parser) {
        String keyword = statement.keyword().toUpperCase(Locale.ROOT);
        if (keyword.equals("FROM")) {
            close();
            open = from(statement);
        } else if (keyword.equals("ARG") && open == null) {
            globalArgs.add(parser.arg(statement));
        } else {
            Instruction instruction = parser.parse(statement);
            if (open == null) {
                throw new SyntaxProblem("no build stage in current context: " + keyword + " comes before FROM");
            }
            instructions.add(instruction);
        }
    }

    private void close() {
        if (open != null) {
            stages.add(
                    new Stage(open.index(), open.name(), open.image(), open.platform(), instructions, open.source()));
            instructions = new ArrayList<>();
            open = null;
        }
    }

    private Stage from(Statement statement) {
        List<String> arguments = Arguments.atBlanks(statement.rest());
        boolean named = arguments.size() == 3 && arguments.get(1).equalsIgnoreCase("as");
        if (arguments.size() != 1 && !named) {
            throw new SyntaxProblem("FROM requires either one or three arguments: FROM IMAGE [AS NAME]");
        }
        String name = named ? arguments.get(2).toLowerCase(Locale.ROOT) : "";
        if (named && !STAGE_NAME.matcher(name).matches()) {
            throw new SyntaxProblem("invalid name for build stage: \"" + arguments.get(2)
                    + "\", name can't start with a number or contain symbols");
        }
        Flags flags = Flags.of(statement.flags(), FROM);
        return new Stage(
                stages.size(), name, arguments.getFirst(), flags.string("platform"), List.of(), statement.source());
    }
}
