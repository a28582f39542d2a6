// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
// Written for Go 1.21 or newer.
// Run: go run main.go USER_ID
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	applicationKey := setting("SINCH_APPLICATION_KEY")
	applicationSecret := setting("SINCH_APPLICATION_SECRET")
	if len(os.Args) != 2 {
		log.Fatal("usage: go run main.go USER_ID")
	}
	token, err := registrationToken(applicationKey, applicationSecret, os.Args[1], time.Now())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token)
}

var userIDPattern = regexp.MustCompile(`^[A-Za-z0-9_=-]{1,255}$`)

// registrationToken makes a token that lets one user's client register, good for ten minutes.
//
// Take the user id from your own session, never from the request. Make a token for each request; answer with
// Cache-Control: no-store, and do not log it.
func registrationToken(applicationKey, applicationSecret, userID string, now time.Time) (string, error) {
	if !userIDPattern.MatchString(userID) {
		return "", errors.New("a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other")
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(applicationSecret)
	if err != nil || len(secret) != 16 {
		return "", errors.New("an Application Secret is base64 of 16 bytes; this one is something else")
	}
	// One instant for everything, in UTC.
	now = now.UTC()
	date := now.Format("20060102")
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	issuer := "//rtc.sinch.com/applications/" + applicationKey
	header, err := json.Marshal(map[string]any{"alg": "HS256", "kid": "hkdfv1-" + date})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss":   issuer,
		"sub":   issuer + "/users/" + userID,
		"iat":   now.Unix(),
		"exp":   now.Unix() + 600,
		"nonce": hex.EncodeToString(nonce),
	})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	signature := sum(signingKey(secret, date), signed)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// signingKey is the key of one UTC day: one HMAC, in spite of the name hkdfv1.
func signingKey(secret []byte, date string) []byte {
	return sum(secret, date)
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Check the derivation against two published days before the first token is made.
func init() {
	secret, _ := base64.StdEncoding.DecodeString("ax8hTTQJF0OPXL32r1LHMA==")
	for date, key := range map[string]string{
		"20180102": "AZj5EsS8S7wb06xr5jERqPHsraQt3w/+Ih5EfrhisBQ=",
		"20180201": "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I=",
	} {
		if base64.StdEncoding.EncodeToString(signingKey(secret, date)) != key {
			panic("the signing key is derived wrongly")
		}
	}
}

func setting(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		log.Fatalf("%s is not set; the top of this file says where to get it", name)
	}
	return value
}
