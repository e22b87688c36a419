// Answers questions about Dockerfiles with BuildKit's own packages: a JSON object per line in, one per line out.
// DockerfileOracleTest compares Proa's answers with these.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type question struct {
	Kind     string            `json:"kind"`
	Text     string            `json:"text"`
	Escape   string            `json:"escape"`
	Env      map[string]string `json:"env"`
	Paths    []string          `json:"paths"`
	Patterns []string          `json:"patterns"`
}

type object = map[string]any

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		answer, err := answer(q)
		if err != nil {
			answer = object{"error": err.Error()}
		}
		if err := out.Encode(answer); err != nil {
			panic(err)
		}
	}
	if in.Err() != nil {
		panic(in.Err())
	}
}

func answer(q question) (object, error) {
	switch q.Kind {
	case "dockerfile":
		return dockerfile(q.Text)
	case "word", "words", "content":
		return word(q)
	case "mount":
		return mount(q.Text)
	case "ignore":
		return ignore(q)
	case "match":
		ok, err := filepath.Match(q.Text, q.Paths[0])
		return object{"match": ok}, err
	}
	panic(q.Kind)
}

func environment(values map[string]string) shell.EnvGetter {
	var list []string
	for k, v := range values {
		list = append(list, k+"="+v)
	}
	return shell.EnvsFromSlice(list)
}

func word(q question) (object, error) {
	escape := q.Escape
	if escape == "" {
		escape = `\`
	}
	lex := shell.NewLex(rune(escape[0]))
	env := environment(q.Env)
	if q.Kind == "words" {
		words, err := lex.ProcessWords(q.Text, env)
		return object{"words": append([]string{}, words...)}, err
	}
	lex.SkipProcessQuotes = q.Kind == "content"
	result, err := lex.ProcessWordWithMatches(q.Text, env)
	unmatched := object{}
	for k := range result.Unmatched {
		unmatched[k] = true
	}
	return object{"word": result.Result, "unset": unmatched}, err
}

func ignore(q question) (object, error) {
	patterns, err := ignorefile.ReadAll(strings.NewReader(q.Text))
	if err != nil {
		return nil, err
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	excluded := []bool{}
	for _, path := range q.Paths {
		// As a walk does it, from folder to folder.
		var info patternmatcher.MatchInfo
		var ok bool
		elements := strings.Split(path, "/")
		for i := range elements {
			if ok, info, err = matcher.MatchesUsingParentResults(strings.Join(elements[:i+1], "/"), info); err != nil {
				return nil, err
			}
		}
		excluded = append(excluded, ok)
	}
	return object{"patterns": append([]string{}, patterns...), "excluded": excluded}, nil
}

func mount(text string) (object, error) {
	stages, _, err := parse("FROM scratch\nRUN --mount=" + text + " true")
	if err != nil {
		return nil, err
	}
	run := stages[0].Commands[0].(*instructions.RunCommand)
	if err := run.Expand(func(word string) (string, error) { return word, nil }); err != nil {
		return nil, err
	}
	m := instructions.GetMounts(run)[0]
	if err := defaults(m); err != nil {
		return nil, err
	}
	return object{"type": m.Type, "from": m.From, "source": m.Source, "target": m.Target, "readOnly": m.ReadOnly,
		"size": m.SizeLimit, "id": m.CacheID, "sharing": m.CacheSharing, "required": m.Required, "env": m.Env,
		"mode": m.Mode, "uid": m.UID, "gid": m.GID}, nil
}

// defaults does what dockerfile2llb does with a mount, which has no function of its own for it.
func defaults(m *instructions.Mount) error {
	number := func(value **uint64, otherwise uint64) {
		if *value == nil {
			*value = &otherwise
		}
	}
	number(&m.UID, 0)
	number(&m.GID, 0)
	switch m.Type {
	case instructions.MountTypeSecret:
		number(&m.Mode, 0o400)
		if m.Source != "" {
			m.CacheID = m.Source
		}
		if m.CacheID == "" {
			m.CacheID = path.Base(m.Target)
		}
		if m.Env == nil && m.Target == "" {
			m.Target = "/run/secrets/" + path.Base(m.CacheID)
		}
	case instructions.MountTypeSSH:
		number(&m.Mode, 0o600)
		if m.Source != "" {
			return errors.New("ssh does not support source")
		}
		if m.CacheID == "" {
			m.CacheID = "default"
		}
		if m.Target == "" {
			m.Target = "/run/buildkit/ssh_agent.0"
		}
	default:
		number(&m.Mode, 0o755)
		if m.CacheID == "" {
			m.CacheID = path.Clean(m.Target)
		}
		if m.CacheSharing == "" {
			m.CacheSharing = instructions.MountSharingShared
		}
		m.Source = path.Join("/", m.Source)
	}
	return nil
}

func parse(text string) ([]instructions.Stage, []instructions.ArgCommand, error) {
	ast, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	return instructions.Parse(ast.AST, nil)
}

func dockerfile(text string) (object, error) {
	stages, globals, err := parse(text)
	if err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		return nil, errors.New("dockerfile contains no stages to build") // As dockerfile2llb.
	}
	args := []any{}
	for _, arg := range globals {
		args = append(args, command(&arg))
	}
	list := []any{}
	for _, stage := range stages {
		commands := []any{}
		for _, c := range stage.Commands {
			commands = append(commands, command(c))
		}
		list = append(list, object{"name": stage.Name, "image": stage.BaseName, "platform": stage.Platform,
			"instructions": commands, "lines": lines(stage.Location)})
	}
	return object{"args": args, "stages": list}, nil
}

func lines(location []parser.Range) []int {
	return []int{location[0].Start.Line, location[len(location)-1].End.Line}
}

func list(values []string) []string { return append([]string{}, values...) }

func pairs(values instructions.KeyValuePairs) []any {
	out := []any{}
	for _, kv := range values {
		out = append(out, []any{kv.Key, kv.Value, kv.NoDelim})
	}
	return out
}

func sources(s instructions.SourcesAndDest, o object) object {
	files := []any{}
	for _, f := range s.SourceContents {
		files = append(files, []any{f.Path, f.Data, f.Expand})
	}
	o["sources"], o["files"], o["destination"] = list(s.SourcePaths), files, s.DestPath
	return o
}

func line(c instructions.ShellDependantCmdLine, o object) object {
	files := []any{}
	for _, f := range c.Files {
		files = append(files, []any{f.Name, f.Data, f.Chomp})
	}
	if c.PrependShell {
		o["shell"], o["files"] = strings.Join(c.CmdLine, " "), files
	} else {
		o["exec"] = list(c.CmdLine)
	}
	return o
}

func command(c instructions.Command) object {
	o := details(c)
	o["lines"] = lines(c.Location())
	return o
}

func details(c instructions.Command) object {
	switch c := c.(type) {
	case *instructions.RunCommand:
		return line(c.ShellDependantCmdLine, object{"run": instructions.GetNetwork(c),
			"security": instructions.GetSecurity(c), "mounts": len(instructions.GetMounts(c))})
	case *instructions.CmdCommand:
		return line(c.ShellDependantCmdLine, object{"cmd": true})
	case *instructions.EntrypointCommand:
		return line(c.ShellDependantCmdLine, object{"entrypoint": true})
	case *instructions.ShellCommand:
		return object{"setShell": list(c.Shell)}
	case *instructions.EnvCommand:
		return object{"env": pairs(c.Env)}
	case *instructions.LabelCommand:
		return object{"label": pairs(c.Labels)}
	case *instructions.ArgCommand:
		out := []any{}
		for _, a := range c.Args {
			out = append(out, []any{a.Key, a.Value})
		}
		return object{"arg": out}
	case *instructions.CopyCommand:
		return sources(c.SourcesAndDest, object{"copy": c.From, "chown": c.Chown, "chmod": c.Chmod, "link": c.Link,
			"parents": c.Parents, "excludes": list(c.ExcludePatterns)})
	case *instructions.AddCommand:
		return sources(c.SourcesAndDest, object{"add": c.Checksum, "chown": c.Chown, "chmod": c.Chmod, "link": c.Link,
			"excludes": list(c.ExcludePatterns), "keepGitDir": c.KeepGitDir, "unpack": c.Unpack})
	case *instructions.UserCommand:
		return object{"user": c.User}
	case *instructions.WorkdirCommand:
		return object{"workdir": c.Path}
	case *instructions.ExposeCommand:
		return object{"expose": list(c.Ports)}
	case *instructions.VolumeCommand:
		return object{"volume": list(c.Volumes)}
	case *instructions.StopSignalCommand:
		return object{"stopSignal": c.Signal}
	case *instructions.HealthCheckCommand:
		h := c.Health
		return object{"healthcheck": list(h.Test), "interval": h.Interval, "timeout": h.Timeout,
			"startPeriod": h.StartPeriod, "startInterval": h.StartInterval, "retries": h.Retries}
	case *instructions.OnbuildCommand:
		return object{"onbuild": c.Expression}
	case *instructions.MaintainerCommand:
		return object{"maintainer": c.Maintainer}
	}
	panic(c)
}
