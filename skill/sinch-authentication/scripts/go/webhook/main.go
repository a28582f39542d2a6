// Voice API v1 (Calling), webhooks: check who sent an event.
// Written for Go 1.21 or newer.
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

package main

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

// An older event may be a replay.
const tolerance = 5 * time.Minute

// Try it on a captured event: go run main.go POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
func main() {
	log.SetFlags(0)
	applicationKey := setting("SINCH_APPLICATION_KEY")
	applicationSecret := setting("SINCH_APPLICATION_SECRET")
	header := http.Header{}
	for _, line := range os.Args[3:] {
		name, value, _ := strings.Cut(line, ":")
		header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if !isAuthentic(applicationKey, applicationSecret, os.Args[1], os.Args[2], header, body) {
		log.Fatal("refused: the signature or its time is wrong; answer 401 and do not process the event")
	}
	fmt.Println("authentic")
}

// isAuthentic tells whether Sinch sent this: raw body, path without query.
func isAuthentic(keyID, secret, method, path string, header http.Header, body []byte) bool {
	timestamp := header.Get("x-timestamp")
	sent, err := time.Parse(time.RFC3339Nano, timestamp)
	if err != nil || time.Since(sent).Abs() > tolerance {
		return false
	}
	word, credentials, _ := strings.Cut(header.Get("Authorization"), " ")
	sender, signature, _ := strings.Cut(credentials, ":")
	if !strings.EqualFold(word, "application") || sender != keyID {
		return false
	}
	contentMD5 := ""
	if len(body) > 0 {
		sum := md5.Sum(body)
		contentMD5 = base64.StdEncoding.EncodeToString(sum[:])
	}
	text := strings.Join([]string{method, contentMD5, header.Get("Content-Type"), "x-timestamp:" + timestamp, path}, "\n")
	// The secret is base64 of the key, not the key.
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hmac.Equal([]byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(signature))
}

func setting(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		log.Fatalf("%s is not set; the top of this file says where to get it", name)
	}
	return value
}
