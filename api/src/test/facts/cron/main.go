// Records what robfig/cron makes of schedules, for ScheduleFactsTest.
//
//	go run . > ../../resources/dev/proa/api/cron/schedules.txt
//
// A line is: schedule | zone | time in seconds | the next three times in seconds, or "never", or "error " and the message.
package main

import (
	"fmt"
	"math/rand"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland", "Africa/Casablanca"}

var names = map[int][]string{3: {"jan", "Feb", "MAR", "dec"}, 4: {"sun", "Mon", "FRI", "sat"}}

var bounds = [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}}

func item(r *rand.Rand, field int) string {
	low, high := bounds[field][0], bounds[field][1]
	pick := func() string {
		if n := names[field]; n != nil && r.Intn(4) == 0 {
			return n[r.Intn(len(n))]
		}
		return fmt.Sprint(low + r.Intn(high-low+1))
	}
	switch r.Intn(12) {
	case 0, 1, 2:
		return "*"
	case 3:
		return "?"
	case 4:
		return fmt.Sprintf("*/%d", 1+r.Intn(high))
	case 5:
		return fmt.Sprintf("%s/%d", pick(), 1+r.Intn(high))
	case 6:
		a := low + r.Intn(high-low+1)
		return fmt.Sprintf("%d-%d", a, a+r.Intn(high-a+1))
	case 7:
		a := low + r.Intn(high-low+1)
		return fmt.Sprintf("%d-%d/%d", a, a+r.Intn(high-a+1), 1+r.Intn(7))
	case 8:
		return pick() + "," + pick()
	default:
		return pick()
	}
}

func main() {
	r := rand.New(rand.NewSource(17))
	wrong := []string{"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "a * * * *",
		"1-2-3 * * * *", "1/2/3 * * * *", "5-1 * * * *", "*/0 * * * *", "*/-5 * * * *", "-1 * * * *", "* * * foo *", "@never",
		"@every", "*/99999999999999999999 * * * *", ", * * * *", "1,,2 * * * *", "TZ=Nowhere/Land 0 0 * * *", "+5 * * * *", "  1   2 * * * ", "@every 90m", "@every 1s", "@every 10ms",
		"@every 1h30m10s", "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "TZ=Asia/Tokyo 0 9 * * *", "CRON_TZ=America/New_York 30 2 * * *", "0 0 31 2 *", "0 0 29 2 *", "59 23 31 4,6,9,11 *"}
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; i < 1000; i++ {
		spec := ""
		if i < len(wrong) {
			spec = wrong[i]
		} else {
			fields := make([]string, 5)
			for f := range fields {
				fields[f] = item(r, f)
			}
			spec = strings.Join(fields, " ")
		}
		zone := zones[r.Intn(len(zones))]
		location, err := time.LoadLocation(zone)
		if err != nil {
			panic(err)
		}
		at := start.Add(time.Duration(r.Int63n(2*365*86400)) * time.Second).In(location)
		fmt.Printf("%s|%s|%d|", spec, zone, at.Unix())
		schedule, err := cron.ParseStandard(spec)
		if err != nil {
			fmt.Printf("error %s\n", err)
			continue
		}
		var times []string
		for j := 0; j < 3; j++ {
			at = schedule.Next(at)
			if at.IsZero() {
				times = append(times, "never")
				break
			}
			times = append(times, fmt.Sprint(at.Unix()))
		}
		fmt.Println(strings.Join(times, " "))
	}
}
